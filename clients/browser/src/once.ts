/** A function that calls `read` when it is first called, and answers the same, or throws the same, ever after. */
export function once<T>(read: () => T): () => T {
  let kept: (() => T) | undefined;
  return () => {
    kept ??= attempt(read);
    return kept();
  };
}

function attempt<T>(read: () => T): () => T {
  try {
    const value = read();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
