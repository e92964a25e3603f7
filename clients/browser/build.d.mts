/** Makes `dist` anew: the entries, their types and the script. A file that would not change is not touched. */
export function buildBrowser(): Promise<void>;
