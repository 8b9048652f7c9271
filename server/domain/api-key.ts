/** API keys: made once, shown once, kept as a hash, revoked for good. */

import { createHash, randomBytes } from "node:crypto";
import type { Db } from "../db.ts";
import { notFound } from "../errors.ts";
import type { Viewer } from "../viewer.ts";
import { recordAudit } from "./audit.ts";

export interface ApiKeyView {
  id: string;
  name: string;
  /** Its first characters. */
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

const KEY_START = "hone_";
/** "hone_" and enough of the rest to tell keys apart, far too little to guess one. */
const SHOWN_CHARACTERS = 9;

// 256 random bits need no slow hash: there is nothing to guess.
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

const VIEW = { id: true, name: true, prefix: true, createdAt: true, lastUsedAt: true, revokedAt: true } as const;

export async function listApiKeys(db: Db, viewerId: string): Promise<ApiKeyView[]> {
  return db.apiKey.findMany({ where: { userId: viewerId }, orderBy: { createdAt: "desc" }, select: VIEW });
}

/** @returns the key itself, which nobody can read again */
export async function createApiKey(
  db: Db,
  viewerId: string,
  name: string,
): Promise<{ id: string; name: string; key: string }> {
  const key = KEY_START + randomBytes(32).toString("base64url");
  return db.$transaction(async (tx) => {
    const { id } = await tx.apiKey.create({
      data: { userId: viewerId, name, sha256: hashOf(key), prefix: key.slice(0, SHOWN_CHARACTERS) },
    });
    await recordAudit(tx, { actorId: viewerId, action: "apiKey.create", subject: `ApiKey:${id}`, after: { name } });
    return { id, name, key };
  });
}

export async function revokeApiKey(db: Db, viewerId: string, id: string): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const key = await tx.apiKey.findFirst({ where: { id, userId: viewerId }, select: { revokedAt: true } });
    if (!key) throw notFound("API key");
    const { count } = await tx.apiKey.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } });
    if (count === 1) await recordAudit(tx, { actorId: viewerId, action: "apiKey.revoke", subject: `ApiKey:${id}` });
    return { id };
  });
}

export interface ApiCaller extends Viewer {
  apiKeyId: string;
}

/** Who a key belongs to; null for keys that are unknown or revoked and for people who are disabled. Notes the use. */
export async function callerOfApiKey(db: Db, key: string): Promise<ApiCaller | null> {
  if (!key.startsWith(KEY_START)) return null;
  // At most one write a minute: when it was last used is told to the minute, and reading stays cheap.
  const rows = await db.$queryRaw<ApiCaller[]>`
    WITH found AS (
      SELECT k."id" AS "apiKeyId", u."id", u."email", u."name", u."role", k."lastUsedAt"
      FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId"
      WHERE k."sha256" = ${hashOf(key)} AND k."revokedAt" IS NULL AND u."disabledAt" IS NULL
    ), noted AS (
      UPDATE "ApiKey" SET "lastUsedAt" = now() FROM found
      WHERE "ApiKey"."id" = found."apiKeyId"
        AND (found."lastUsedAt" IS NULL OR found."lastUsedAt" < now() - interval '1 minute')
    )
    SELECT "apiKeyId", "id", "email", "name", "role" FROM found`;
  return rows[0] ?? null;
}
