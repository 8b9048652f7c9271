/** Placeholder: the functions of run with their final types. */

import type { Method } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { Page, RunDetails, RunLogView, RunPreview, RunView } from "./views.ts";

export async function listRuns(_db: Db, _cursor?: string): Promise<Page<RunView>> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function getRun(_db: Db, _id: string): Promise<RunDetails> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function previewRun(_db: Db, _input: { method: Method; config?: unknown }): Promise<RunPreview> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function createRun(
  _services: Services,
  _actorId: string,
  _input: { method: Method; config?: unknown; seed?: number },
): Promise<RunView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function cancelRun(_db: Db, _actorId: string, _id: string): Promise<RunView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function listRunLogs(_db: Db, _input: { id: string; after?: string }): Promise<RunLogView[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
