/** An instant as PostgreSQL reads it. */
export const instant = (at: number): string => new Date(at).toISOString();
