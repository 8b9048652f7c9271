/** Imports: a file arrives in pieces, is read line by line, and becomes a frozen Dataset. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { BeginImport } from "./import-input.ts";
import type { ImportView } from "./views.ts";

const notYet = () => new AppError("NOT_IMPLEMENTED", "Imports are not ready yet.");

/** The same file, format and kind of the same person is one import. */
export async function beginImport(
  _services: Pick<Services, "db" | "env">,
  _actorId: string,
  _input: BeginImport,
): Promise<ImportView> {
  throw notYet();
}

export async function freezeGoodLines(
  _services: Pick<Services, "db" | "env">,
  _actorId: string,
  _id: string,
): Promise<ImportView> {
  throw notYet();
}

export async function cancelImport(
  _services: Pick<Services, "db" | "env">,
  _actorId: string,
  _id: string,
): Promise<{ id: string }> {
  throw notYet();
}
