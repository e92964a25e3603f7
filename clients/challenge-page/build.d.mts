/** Makes `dist`. */
export default function buildChallengePage(): Promise<void>;
