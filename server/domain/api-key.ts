/** API keys: made once, shown once, kept as a hash, good until a day that was chosen or for ever, revoked for good. */

import { createHash, randomBytes } from "node:crypto";
import type { Db } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import type { Viewer } from "../viewer.ts";
import { recordAudit } from "./audit.ts";

export interface ApiKeyView {
  id: string;
  name: string;
  /** Its first characters. */
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  /** Null: good until it is revoked. */
  expiresAt: Date | null;
  revokedAt: Date | null;
}

const KEY_START = "hone_";
/** "hone_" and enough of the rest to tell keys apart, far too little to guess one. */
const SHOWN_CHARACTERS = 9;

// 256 random bits need no slow hash: there is nothing to guess.
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

const VIEW = {
  ...{ id: true, name: true, prefix: true, createdAt: true },
  ...{ lastUsedAt: true, expiresAt: true, revokedAt: true },
} as const;

/** How many days a key may be good for; besides, for ever. */
export const KEY_DAYS = [30, 90, 365] as const;
const DAY_MS = 24 * 60 * 60_000;

interface NewKey {
  name: string;
  days: (typeof KEY_DAYS)[number] | null;
}

export async function listApiKeys(db: Db, viewerId: string): Promise<ApiKeyView[]> {
  return db.apiKey.findMany({ where: { userId: viewerId }, orderBy: { createdAt: "desc" }, select: VIEW });
}

/** @returns the key itself, which nobody can read again */
export async function createApiKey(
  db: Db,
  viewerId: string,
  { name, days }: NewKey,
): Promise<{ id: string; name: string; key: string; expiresAt: Date | null }> {
  const expiresAt = days && new Date(Date.now() + days * DAY_MS);
  const key = KEY_START + randomBytes(32).toString("base64url");
  return db.$transaction(async (tx) => {
    const { id } = await tx.apiKey.create({
      data: { userId: viewerId, name, sha256: hashOf(key), prefix: key.slice(0, SHOWN_CHARACTERS), expiresAt },
    });
    await recordAudit(tx, {
      ...{ actorId: viewerId, action: "apiKey.create", subject: `ApiKey:${id}` },
      after: { name, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) },
    });
    return { id, name, key, expiresAt };
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

/**
 * Who a key belongs to; null for keys that are unknown or revoked and for people who are disabled. Notes the use.
 * @throws AppError API_KEY_EXPIRED
 */
export async function callerOfApiKey(db: Db, key: string): Promise<ApiCaller | null> {
  if (!key.startsWith(KEY_START)) return null;
  // At most one write a minute: when it was last used is told to the minute, and reading stays cheap.
  const rows = await db.$queryRaw<(ApiCaller & { expiredAt: Date | null })[]>`
    WITH found AS (
      SELECT k."id" AS "apiKeyId", u."id", u."email", u."name", u."role", k."lastUsedAt",
        CASE WHEN k."expiresAt" <= now() THEN k."expiresAt" END AS "expiredAt"
      FROM "ApiKey" k JOIN "User" u ON u."id" = k."userId"
      WHERE k."sha256" = ${hashOf(key)} AND k."revokedAt" IS NULL AND u."disabledAt" IS NULL
    ), noted AS (
      UPDATE "ApiKey" SET "lastUsedAt" = now() FROM found
      WHERE "ApiKey"."id" = found."apiKeyId" AND found."expiredAt" IS NULL
        AND (found."lastUsedAt" IS NULL OR found."lastUsedAt" < now() - interval '1 minute')
    )
    SELECT "apiKeyId", "id", "email", "name", "role", "expiredAt" FROM found`;
  const [found] = rows;
  if (!found) return null;
  const { expiredAt, ...caller } = found;
  if (!expiredAt) return caller;
  const day = expiredAt.toISOString().slice(0, 10);
  throw new AppError("API_KEY_EXPIRED", `This API key was good until ${day}; make a new one in the settings.`);
}
