/** Placeholder: the functions of deployment with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { DeploymentView } from "./views.ts";

export async function listDeployments(_db: Db): Promise<DeploymentView[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function activateAdapter(
  _services: Services,
  _actorId: string,
  _adapterId: string | null,
): Promise<DeploymentView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function rollBack(_services: Services, _actorId: string): Promise<DeploymentView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
