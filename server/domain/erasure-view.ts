/** Erasures as pages show them: what one would take away, and the reports of those that were done. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { ErasurePreview, ErasureView, Page } from "./views.ts";

const missing = () => new AppError("NOT_IMPLEMENTED", "Erasing is not built yet.");

export async function previewErasure(_db: Db, _userId: string): Promise<ErasurePreview> {
  throw missing();
}

export async function listErasures(_db: Db, _cursor?: string): Promise<Page<ErasureView>> {
  throw missing();
}

export async function getErasure(_db: Db, _id: string): Promise<ErasureView> {
  throw missing();
}
