/** Calls `tick` with the whole seconds that are left, now and every second, the last time with 0. Answers how to stop it. */
export function countDown(seconds: number, tick: (left: number) => void): () => void {
  const end = performance.now() + seconds * 1000;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    tick(left);
    if (left > 0) timer = setTimeout(look, 1000);
  };
  look();
  return () => clearTimeout(timer);
}
