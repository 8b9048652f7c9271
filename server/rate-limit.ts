/** Rate limits as token buckets in PostgreSQL, so that every web process counts together. */

import type { Db } from "./db.ts";
import { AppError } from "./errors.ts";

/**
 * Takes one token from the bucket `key`, which holds `perMinute` tokens and is full again after a minute. One statement,
 * so two calls at once cannot take the same token.
 * @throws AppError RATE_LIMITED when the bucket is empty
 */
export async function takeToken(db: Db, { key, perMinute }: { key: string; perMinute: number }): Promise<void> {
  const rows = await db.$queryRaw<{ tokens: number }[]>`
    INSERT INTO "RateLimit" AS bucket ("key", "tokens", "updatedAt") VALUES (${key}, ${perMinute}::float8 - 1, now())
    ON CONFLICT ("key") DO UPDATE SET
      "tokens" = least(${perMinute}::float8,
        bucket."tokens" + extract(epoch FROM now() - bucket."updatedAt") * ${perMinute}::float8 / 60) - 1,
      "updatedAt" = now()
    WHERE bucket."tokens" + extract(epoch FROM now() - bucket."updatedAt") * ${perMinute}::float8 / 60 >= 1
    RETURNING "tokens"`;
  if (rows.length > 0) return;
  const retryAfterSeconds = Math.ceil(60 / perMinute);
  throw new AppError(
    "RATE_LIMITED",
    `At most ${perMinute} of these are allowed in a minute; wait ${retryAfterSeconds} s and try again.`,
    { retryAfterSeconds },
  );
}

/** Forgets buckets that are full again by now. */
export async function sweepRateLimits(db: Db): Promise<void> {
  await db.$executeRaw`DELETE FROM "RateLimit" WHERE "updatedAt" < now() - interval '10 minutes'`;
}
