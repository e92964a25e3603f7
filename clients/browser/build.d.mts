/** Makes `dist` anew: `index.js`, `index.d.ts` and `rupt.js`. A file that would not change is not touched. */
export function buildBrowser(): Promise<void>;
