// Numbers that admins set: how each is written on the page, within which bounds, and what is wrong with what was typed.

export interface NumberField<Key extends string> {
  key: Key;
  /** A share is kept as 0 to 1 and written as a percentage. */
  kind: "share" | "count" | "factor";
  least: number;
  most: number;
}

export type NumberFault = { kind: "notANumber" | "notWhole" } | { kind: "outside"; least: number; most: number };

/** As it stands in its field. */
export function written({ kind }: NumberField<string>, value: number): string {
  // 0.07 * 100 is 7.000000000000001.
  return String(kind === "share" ? Number((value * 100).toPrecision(12)) : value);
}

/** What was typed as it is kept, or what is wrong with it; bounds are told as they are written. */
export function readNumber({ kind, least, most }: NumberField<string>, typed: string): number | NumberFault {
  const trimmed = typed.trim();
  const number = Number(trimmed);
  if (trimmed === "" || !Number.isFinite(number)) return { kind: "notANumber" };
  if (kind === "count" && !Number.isInteger(number)) return { kind: "notWhole" };
  const scale = kind === "share" ? 100 : 1;
  const value = Number((number / scale).toPrecision(12));
  if (value < least || value > most) return { kind: "outside", least: least * scale, most: most * scale };
  return value;
}

export const isFault = (read: number | NumberFault): read is NumberFault => typeof read === "object";
