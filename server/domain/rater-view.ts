/** Raters as admins see them: each one's figures, and how far they agree. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { AgreementView, RaterRow, RaterView } from "./views.ts";

const missing = () => new AppError("NOT_IMPLEMENTED", "Figures of raters are not built yet.");

export async function getAgreement(_db: Db): Promise<AgreementView> {
  throw missing();
}

/** Everybody who judged something, most judgements first. */
export async function listRaters(_db: Db): Promise<RaterRow[]> {
  throw missing();
}

export async function getRater(_db: Db, _raterId: string): Promise<RaterView> {
  throw missing();
}
