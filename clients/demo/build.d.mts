/** Makes `dist` anew: the demo's server and its page. */
export default function buildDemo(): Promise<void>;
