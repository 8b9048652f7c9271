/** Placeholder: the functions of api-key with their final types. */

import type { Db } from "../db.ts";
import { AppError } from "../errors.ts";

export interface ApiKeyView {
  id: string;
  name: string;
  /** Its first characters. */
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export async function listApiKeys(_db: Db, _viewerId: string): Promise<ApiKeyView[]> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function createApiKey(
  _db: Db,
  _viewerId: string,
  _name: string,
): Promise<{ id: string; name: string; key: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}

export async function revokeApiKey(_db: Db, _viewerId: string, _id: string): Promise<{ id: string }> {
  throw new AppError("NOT_IMPLEMENTED", "Not there yet.");
}
