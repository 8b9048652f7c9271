/** The way from an adapter back to the judgements behind it, and from a judgement on to the weights it moved. */

import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { AdapterLineage, JudgementLineage } from "./views.ts";

const missing = () => new AppError("NOT_IMPLEMENTED", "Lineage is not built yet.");

export async function adapterLineage(_db: Db, _id: string): Promise<AdapterLineage> {
  throw missing();
}

export async function judgementLineage(
  _db: Db,
  _judgement: { kind: JudgementKind; subjectId: string },
): Promise<JudgementLineage> {
  throw missing();
}

export async function pairLineage(_db: Db, _id: string): Promise<JudgementLineage> {
  throw missing();
}
