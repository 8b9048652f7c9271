/** One deed at a time on an adapter's row: what is decided about it holds until it is written. */

import type { Adapter } from "../../../prisma/generated/client.ts";
import type { Tx } from "../../db.ts";
import { notFound } from "../../errors.ts";

/** The row, locked for the rest of the transaction. @throws AppError NOT_FOUND */
export async function lockAdapter(tx: Tx, id: string): Promise<Adapter> {
  await tx.$queryRaw`SELECT 1 FROM "Adapter" WHERE "id" = ${id}::uuid FOR UPDATE`;
  const row = await tx.adapter.findUnique({ where: { id } });
  if (!row) throw notFound("adapter");
  return row;
}
