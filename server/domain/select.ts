/** Columns that several views read alike. */

export const PERSON = { select: { id: true, name: true, email: true } } as const;
