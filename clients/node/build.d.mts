/** Makes `dist` anew: the SDK and the generated code that it needs, as JavaScript with types. A file that would not change is not touched. */
export default function buildNode(): Promise<void>;
