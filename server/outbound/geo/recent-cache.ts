/** A bounded cache in the shape that the MaxMind DB reader asks for. */
export interface RecentCache {
  get(key: string | number): unknown;
  set(key: string | number, value: unknown): void;
}

/**
 * Keeps at least the `size` values used last and at most twice as many. It forgets a generation at a time,
 * which costs a read nothing, where an exact least-recently-used order would move an entry on every read.
 */
export function recentCache(size: number): RecentCache {
  let young = new Map<string | number, unknown>();
  let old = new Map<string | number, unknown>();
  const set = (key: string | number, value: unknown) => {
    if (young.size >= size) {
      old = young;
      young = new Map();
    }
    young.set(key, value);
  };
  return {
    set,
    get(key) {
      const value = young.get(key);
      if (value !== undefined) return value;
      const older = old.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
  };
}
