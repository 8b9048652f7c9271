/** Events, webhooks, invites, sessions and processes as admins and their owners see them. */

import { z } from "zod";
import type { Role } from "../../../prisma/generated/enums.ts";
import type { PersonRef } from "./common.ts";

export const EVENT_KINDS = [
  "run.finished",
  "run.failed",
  "gate.passed",
  "gate.undecided",
  "gate.refused",
  "gate.failed",
  "deployment.activated",
  "deployment.rolledBack",
  "canary.started",
  "canary.promoted",
  "canary.rolledBack",
  "arm.stopped",
  "schedule.skipped",
  "test",
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
export const eventKindSchema = z.enum(EVENT_KINDS);

/** Figures and ids, no words of users. */
export const eventDataSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type EventData = z.output<typeof eventDataSchema>;

/** Why a delivery did not arrive; each has words in messages/…/operations.json. */
export const DELIVERY_ERRORS = [
  "NOT_ALLOWED",
  "NAME_UNKNOWN",
  "CONNECTION",
  "TLS",
  "TIMED_OUT",
  "REDIRECTED",
  "STATUS",
  "SWITCHED_OFF",
  "SECRET_LOST",
] as const;
export type DeliveryError = (typeof DELIVERY_ERRORS)[number];

export interface WebhookView {
  id: string;
  url: string;
  kinds: EventKind[];
  enabled: boolean;
  /** Its secret cannot be opened: the instance's own secret is another one than when it was made. */
  secretLost: boolean;
  createdBy: PersonRef | null;
  createdAt: Date;
  deliveries: {
    id: string;
    kind: EventKind;
    at: Date;
    attempts: number;
    deliveredAt: Date | null;
    nextAt: Date | null;
    httpStatus: number | null;
    error: DeliveryError | null;
  }[];
}

export interface InviteView {
  id: string;
  email: string | null;
  role: Role;
  createdBy: PersonRef | null;
  createdAt: Date;
  expiresAt: Date;
  state: "OPEN" | "USED" | "EXPIRED" | "REVOKED";
  usedBy: PersonRef | null;
}

export interface SessionView {
  id: string;
  userAgent: string | null;
  ip: string | null;
  createdAt: Date;
  lastSeenAt: Date;
  authenticatedAt: Date;
  /** The one that asks. */
  current: boolean;
}

export const beatStateSchema = z.looseObject({
  /** "run:<id>", "gate:<id>", "stage:<id>", "idle" */
  doing: z.string().default("idle"),
  version: z.string().nullable().default(null),
  memoryBytes: z.number().nullable().default(null),
});
export type BeatState = z.output<typeof beatStateSchema>;

export interface ProcessView {
  id: string;
  kind: "web" | "inference" | "trainer" | "database";
  alive: boolean;
  startedAt: Date | null;
  beatAt: Date | null;
  doing: string;
}
