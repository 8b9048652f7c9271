/** Imports as pages and programs see them. */

import { z } from "zod";
import type { Import } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import { behind, pageOf } from "./page.ts";
import { DATA_FORMATS, type ImportView, type Page } from "./views.ts";

/** Import.problems: the first of the bad lines. */
export const importProblemsSchema = z.array(z.object({ line: z.int(), message: z.string() }));

export const formatSchema = z.enum(DATA_FORMATS);

export function viewImport(row: Import, now = Date.now()): ImportView {
  const { id, sha256, name, kind, state, skipBad, error, datasetId, createdAt, updatedAt, good, bad } = row;
  const [bytes, received, bytesRead] = [Number(row.bytes), Number(row.received), Number(row.bytesRead)];
  const reading = state === "RECEIVING" && bytesRead > 0;
  // Of whichever is under way: the file's arrival, or, once it is here, the reading of it.
  const done = received < bytes ? received : bytesRead;
  const seconds = (now - createdAt.getTime()) / 1000;
  return {
    ...{ id, sha256, name, kind, state, skipBad, error, datasetId, createdAt, updatedAt, good, bad },
    ...{ format: formatSchema.parse(row.format), bytes, received, bytesRead, lines: row.linesRead },
    etaSeconds: reading && done > 0 ? Math.ceil((seconds / done) * (bytes - done)) : null,
    problems: importProblemsSchema.parse(row.problems),
  };
}

/** @throws AppError NOT_FOUND */
export async function getImport(db: Db, id: string): Promise<ImportView> {
  const row = await db.import.findUnique({ where: { id } });
  if (!row) throw notFound("import");
  return viewImport(row);
}

const PAGE = 30;

/** Newest first. */
export async function listImports(db: Db, cursor?: string): Promise<Page<ImportView>> {
  const rows = await db.import.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: PAGE + 1,
    ...behind(cursor),
  });
  return pageOf(rows, PAGE, (row) => viewImport(row));
}
