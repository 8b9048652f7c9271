/** Pages of lists: one row more than a page is read, and its presence says that there is a next page. */

import { Prisma } from "../../prisma/generated/client.ts";
import { AppError } from "../errors.ts";
import type { Page } from "./views.ts";

/** @param rows at most `size` + 1; the cursor of the next page is the id of this page's last row */
export function pageOf<Row extends { id: string }, Item>(
  rows: readonly Row[],
  size: number,
  view: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, size);
  return { items: shown.map(view), nextCursor: rows.length > size ? (shown.at(-1)?.id ?? null) : null };
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Prisma's arguments to go on behind the row that `cursor` names. */
export function behind(cursor: string | undefined): { cursor?: { id: string }; skip?: number } {
  if (cursor === undefined) return {};
  if (!UUID.test(cursor))
    throw new AppError("INVALID_INPUT", "The cursor is none that a list gave; start from its top.");
  return { cursor: { id: cursor }, skip: 1 };
}

/** Whether a column holds a text, letter case aside; the signs that LIKE knows stand for themselves. */
export const contains = (column: Prisma.Sql, text: string): Prisma.Sql =>
  Prisma.sql`${column} ILIKE ${`%${text.replaceAll(/[\\%_]/g, "\\$&")}%`}`;
