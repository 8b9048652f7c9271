/** What a person judged, and what became of it. */

import type { JudgementKind } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { MyJudgementView, Page } from "./views.ts";

export async function listMyJudgements(
  _db: Db,
  _viewerId: string,
  _input: { cursor?: string; kind?: JudgementKind },
): Promise<Page<MyJudgementView>> {
  throw new AppError("NOT_IMPLEMENTED", "The list of one's judgements is not built yet.");
}
