/** Placeholder: the functions of people with their final types. */

import type { Role } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { PersonView } from "./views.ts";

export async function listPeople(_db: Db): Promise<PersonView[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function setRole(_db: Db, _actorId: string, _input: { userId: string; role: Role }): Promise<PersonView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function setDisabled(
  _db: Db,
  _actorId: string,
  _input: { userId: string; disabled: boolean },
): Promise<PersonView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
