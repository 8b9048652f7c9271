/** Webhooks as admins keep them: addresses outside that are told of events, where the environment allows it. */

import type { Prisma } from "../../../prisma/generated/client.ts";
import type { Db } from "../../db.ts";
import { originText, refuseDestination } from "../../destinations.ts";
import type { Env } from "../../env.ts";
import { AppError, notFound } from "../../errors.ts";
import { seal, unseal } from "../../sealed.ts";
import { recordAudit } from "../audit.ts";
import { PERSON } from "../select.ts";
import type { DeliveryError, EventKind, WebhookView } from "../views/watch.ts";
import { newSecret } from "./signature.ts";

/** Of each webhook, the latest. */
const DELIVERIES = 20;
const MOST_WEBHOOKS = 20;

const VIEW = {
  ...{ id: true, url: true, kinds: true, enabled: true, createdAt: true, createdBy: PERSON, secret: true },
  deliveries: {
    orderBy: { eventId: "desc" },
    take: DELIVERIES,
    include: { event: { select: { kind: true, at: true } } },
  },
} as const satisfies Prisma.WebhookSelect;

type Row = Prisma.WebhookGetPayload<{ select: typeof VIEW }>;

const view = (env: Keeper, { deliveries, kinds, secret, ...webhook }: Row): WebhookView => ({
  ...webhook,
  kinds: kinds as EventKind[],
  secretLost: secretOf(env, { url: webhook.url, secret }) === null,
  deliveries: deliveries.map(({ event, id, attempts, deliveredAt, nextAt, httpStatus, error }) => ({
    ...{ id, attempts, deliveredAt, nextAt, httpStatus },
    ...{ kind: event.kind as EventKind, at: event.at, error: error as DeliveryError | null },
  })),
});

type Keeper = Pick<Env, "NEXTAUTH_SECRET">;

const sealing = (url: string) => ({ purpose: "webhook secret", of: url });

/** What signs; null where it was sealed under another secret of the instance. */
export const secretOf = (env: Keeper, { url, secret }: { url: string; secret: string }): string | null =>
  unseal(env, secret, sealing(url));

/** With where the environment lets webhooks go, so that the page can say so before somebody tries. */
export async function listWebhooks({
  db,
  env,
}: {
  db: Db;
  env: Pick<Env, "WEBHOOK_ALLOW" | "NEXTAUTH_SECRET">;
}): Promise<{ allowed: string[]; webhooks: WebhookView[] }> {
  const allowed = env.WEBHOOK_ALLOW.origins.map(originText);
  const rows = await db.webhook.findMany({ where: { deletedAt: null }, orderBy: { createdAt: "asc" }, select: VIEW });
  return { allowed, webhooks: rows.map((row) => view(env, row)) };
}

/** @returns its secret, which nobody can read again. @throws AppError WEBHOOK_REFUSED, CONFLICT when there are too many */
export async function createWebhook(
  { db, env }: { db: Db; env: Pick<Env, "WEBHOOK_ALLOW" | "NEXTAUTH_SECRET"> },
  actorId: string,
  { url: given, kinds }: { url: string; kinds: EventKind[] },
): Promise<{ id: string; secret: string }> {
  const refusal = refuseDestination(env.WEBHOOK_ALLOW, given);
  if (refusal !== null) throw new AppError("WEBHOOK_REFUSED", refusal);
  const url = new URL(given).href;
  const secret = newSecret();
  return db.$transaction(async (tx) => {
    if ((await tx.webhook.count({ where: { deletedAt: null } })) >= MOST_WEBHOOKS)
      throw new AppError("CONFLICT", `There are ${MOST_WEBHOOKS} webhooks already; remove one first.`);
    const { id } = await tx.webhook.create({
      data: { url, kinds, secret: seal(env, secret, sealing(url)), createdById: actorId },
      select: { id: true },
    });
    await recordAudit(tx, { actorId, action: "webhook.create", subject: `Webhook:${id}`, after: { url, kinds } });
    return { id, secret };
  });
}

/** What still waits to be sent is dropped when a webhook is switched off. */
export async function updateWebhook(
  db: Db,
  actorId: string,
  { id, ...input }: { id: string; enabled?: boolean; kinds?: EventKind[] },
): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const before = await tx.webhook.findFirst({
      where: { id, deletedAt: null },
      select: { enabled: true, kinds: true },
    });
    if (!before) throw notFound("webhook");
    const after = await tx.webhook.update({ where: { id }, data: input, select: { enabled: true, kinds: true } });
    if (before.enabled && !after.enabled) await dropWaiting(tx, id);
    if (JSON.stringify(before) !== JSON.stringify(after))
      await recordAudit(tx, { actorId, action: "webhook.update", subject: `Webhook:${id}`, before, after });
    return { id };
  });
}

export async function deleteWebhook(db: Db, actorId: string, id: string): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const webhook = await tx.webhook.findFirst({ where: { id, deletedAt: null }, select: { url: true, kinds: true } });
    if (!webhook) throw notFound("webhook");
    await tx.webhook.update({ where: { id }, data: { enabled: false, deletedAt: new Date(), secret: "" } });
    await dropWaiting(tx, id);
    await recordAudit(tx, { actorId, action: "webhook.delete", subject: `Webhook:${id}`, before: webhook });
    return { id };
  });
}

const dropWaiting = (tx: Prisma.TransactionClient, webhookId: string) =>
  tx.webhookDelivery.updateMany({
    where: { webhookId, nextAt: { not: null } },
    data: { nextAt: null, error: "SWITCHED_OFF" },
  });

/** An event of kind "test" for this webhook alone; it is sent with the next pass. */
export async function testWebhook(db: Db, actorId: string, id: string): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const webhook = await tx.webhook.findFirst({ where: { id, deletedAt: null }, select: { enabled: true } });
    if (!webhook) throw notFound("webhook");
    if (!webhook.enabled) throw new AppError("ILLEGAL_STATE", "This webhook is switched off; switch it on first.");
    const event = await tx.event.create({
      data: { kind: "test" satisfies EventKind, subject: `Webhook:${id}`, data: {} },
      select: { id: true, at: true },
    });
    const delivery = await tx.webhookDelivery.create({
      data: { webhookId: id, eventId: event.id, nextAt: event.at },
      select: { id: true },
    });
    await recordAudit(tx, { actorId, action: "webhook.test", subject: `Webhook:${id}` });
    return delivery;
  });
}

/** One that was given up is tried once more. @throws AppError ILLEGAL_STATE for one that arrived, or is still being tried by itself */
export async function retryDelivery(db: Db, actorId: string, id: string): Promise<{ id: string }> {
  return db.$transaction(async (tx) => {
    const delivery = await tx.webhookDelivery.findFirst({
      where: { id, webhook: { deletedAt: null, enabled: true } },
      select: { webhookId: true, attempts: true },
    });
    if (!delivery) throw notFound("delivery");
    const { count } = await tx.webhookDelivery.updateMany({
      where: { id, deliveredAt: null, nextAt: null },
      data: { nextAt: new Date() },
    });
    if (count === 0)
      throw new AppError("ILLEGAL_STATE", "This has arrived, or is still being tried; there is nothing to send again.");
    await recordAudit(tx, {
      ...{ actorId, action: "webhook.retry", subject: `Webhook:${delivery.webhookId}` },
      after: { deliveryId: id, attempts: delivery.attempts },
    });
    return { id };
  });
}
