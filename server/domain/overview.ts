/** Placeholder: the functions of overview with their final types. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { OverviewView } from "./views.ts";

export async function getOverview(_services: Services): Promise<OverviewView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
