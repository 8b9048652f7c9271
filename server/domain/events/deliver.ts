/** Brings events to webhooks: taken on lease, sent, and tried again with growing pauses until they arrive or are given up. */

import type { Db } from "../../db.ts";
import type { Env } from "../../env.ts";
import { logger } from "../../log.ts";
import { factsOf } from "./facts.ts";
import { payloadOf } from "./payload.ts";
import { type SendOptions, type Sent, send } from "./send.ts";
import { signatureHeaders } from "./signature.ts";
import { secretOf } from "./webhook.ts";

const MINUTE = 60_000;
/** Pauses after the first, second, … try that failed; after the last there is no other. About a day in all. */
export const RETRY_MS = [10_000, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * 60 * MINUTE, 8 * 60 * MINUTE, 14 * 60 * MINUTE];
/** Longer than any try can take: until then nobody else takes it, and a process that died in the middle loses nothing. */
const LEASE_MS = MINUTE;
/** At one address in one pass, so that a pass ends. */
const MOST_IN_A_PASS = 50;

export interface DeliveryServices {
  db: Db;
  env: Pick<Env, "WEBHOOK_ALLOW" | "NEXTAUTH_URL" | "NEXTAUTH_SECRET">;
}

interface PassOptions extends Pick<SendOptions, "resolve" | "timeoutMs"> {
  now?: () => Date;
  /** Ends the pass: what is on its way then counts for nothing and is sent again when its lease is over. */
  signal?: AbortSignal;
}

/**
 * One pass: what is due at each webhook, one after another, the webhooks side by side, so that a slow one holds up nobody else. Any
 * number of processes may do this at once.
 * @returns how many tries were made
 */
export async function deliverDue(services: DeliveryServices, options: PassOptions = {}): Promise<number> {
  const { now = () => new Date() } = options;
  const due = await services.db.webhookDelivery.findMany({
    where: { nextAt: { lte: now() } },
    distinct: ["webhookId"],
    select: { webhookId: true },
  });
  const tries = await Promise.all(due.map(({ webhookId }) => deliverTo(services, webhookId, { ...options, now })));
  return tries.reduce((sum, made) => sum + made, 0);
}

/** Ends early at the first try that fails: what comes after it would most likely fail as well, and must not hold the pass up. */
async function deliverTo(services: DeliveryServices, webhookId: string, pass: Pass): Promise<number> {
  for (let made = 0; made < MOST_IN_A_PASS && !pass.signal?.aborted; made++) {
    const claimed = await claim(services.db, webhookId, pass.now());
    if (!claimed) return made;
    if (!(await attempt(services, claimed, pass))) return made + 1;
  }
  return MOST_IN_A_PASS;
}

type Pass = PassOptions & Required<Pick<PassOptions, "now">>;

interface Claimed {
  id: string;
  eventId: bigint;
  webhookId: string;
  /** With this try: the fence of what is written about it. */
  attempts: number;
}

async function claim(db: Db, webhookId: string, now: Date): Promise<Claimed | null> {
  const rows = await db.$queryRaw<Claimed[]>`
    UPDATE "WebhookDelivery" SET "attempts" = "attempts" + 1, "nextAt" = ${new Date(now.getTime() + LEASE_MS)}
    WHERE "id" = (
      SELECT "id" FROM "WebhookDelivery" WHERE "webhookId" = ${webhookId}::uuid AND "nextAt" <= ${now}
      ORDER BY "nextAt", "id" LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING "id", "eventId", "webhookId", "attempts"`;
  return rows[0] ?? null;
}

/** @returns whether it arrived */
async function attempt({ db, env }: DeliveryServices, claimed: Claimed, { now, ...options }: Pass): Promise<boolean> {
  const [webhook, event] = await Promise.all([
    db.webhook.findUniqueOrThrow({ where: { id: claimed.webhookId } }),
    db.event.findUniqueOrThrow({ where: { id: claimed.eventId } }),
  ]);
  const at = now();
  const tell = async (): Promise<Sent> => {
    if (!webhook.enabled || webhook.deletedAt !== null) return { status: null, error: "SWITCHED_OFF" };
    const secret = secretOf(env, webhook);
    // Nobody could check what is not signed.
    if (secret === null) return { status: null, error: "SECRET_LOST" };
    const body = await payloadOf(event, await factsOf(db, event), env.NEXTAUTH_URL ?? null);
    const headers = { "user-agent": "Hone-Webhooks/1", ...signatureHeaders(secret, { id: claimed.id, at, body }) };
    return send({ url: webhook.url, headers, body }, { destinations: env.WEBHOOK_ALLOW, ...options });
  };
  const sent = await tell();
  if (options.signal?.aborted) return false;
  const pause = sent.error === "SWITCHED_OFF" ? undefined : RETRY_MS[claimed.attempts - 1];
  const over = sent.error === null || pause === undefined;
  // Another process has it by now if this one was away for longer than its lease; then its word counts.
  await db.webhookDelivery.updateMany({
    where: { id: claimed.id, attempts: claimed.attempts, deliveredAt: null },
    data: {
      ...{ httpStatus: sent.status, error: sent.error },
      deliveredAt: sent.error === null ? now() : null,
      nextAt: over ? null : new Date(now().getTime() + pause),
    },
  });
  if (sent.error !== null && over)
    logger("webhooks").warn({ deliveryId: claimed.id, webhookId: webhook.id, ...sent }, "a delivery was given up");
  return sent.error === null;
}

const KEPT_DAYS = 90;

/** Forgets events of long ago, and what became of their deliveries. */
export async function sweepOldEvents(db: Db, now: Date): Promise<void> {
  const before = new Date(now.getTime() - KEPT_DAYS * 24 * 60 * MINUTE);
  await db.$executeRaw`DELETE FROM "Event" event WHERE event."at" < ${before}
    AND NOT EXISTS (SELECT 1 FROM "WebhookDelivery" due WHERE due."eventId" = event."id" AND due."nextAt" IS NOT NULL)`;
}
