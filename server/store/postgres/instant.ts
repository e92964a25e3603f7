let last = { at: 0, text: new Date(0).toISOString() };

/** An instant as PostgreSQL reads it. Those of a batch are mostly the same, so the last one is remembered. */
export function instant(at: number): string {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() };
  return last.text;
}
