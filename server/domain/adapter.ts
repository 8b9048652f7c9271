/** Placeholder: the functions of adapter with their final types. */

import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import type { AdapterView } from "./views.ts";

export async function listAdapters(_services: Services): Promise<AdapterView[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function getAdapter(_services: Services, _id: string): Promise<AdapterView> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
