/** The arms that speak: who speaks in which conversation, drawn once and kept. */

import type { Db, Tx } from "../../db.ts";
import { AppError, notFound } from "../../errors.ts";
import { DEFAULT_SLOT, LIVE, type LiveDeployment } from "../live.ts";

/** What a reply needs to know of the Deployment that speaks it. */
export interface Speaker {
  deploymentId: string;
  slot: string;
  /** Per mille of new conversations; the default arm has what the others leave. */
  share: number;
  baseSha256: string;
  adapterSha256: string | null;
  /** Whether a Canary watches it. */
  onCanary: boolean;
}

interface Situation {
  arms: Speaker[];
  /** The arm that the conversation was given, active or not. */
  given: string | null;
}

const isDefault = ({ slot }: Pick<Speaker, "slot">) => slot === DEFAULT_SLOT;

/** All active arms, and which of them the conversation has. One statement: every reply waits for it. */
async function situationOf(tx: Tx, conversationId: string): Promise<Situation> {
  const rows = await tx.$queryRaw<(Speaker & { given: string | null })[]>`
    SELECT deployment."id" AS "deploymentId", deployment."slot", deployment."share",
      base."sha256" AS "baseSha256", adapter."sha256" AS "adapterSha256", canary."id" IS NOT NULL AS "onCanary",
      (SELECT "deploymentId" FROM "Conversation" WHERE "id" = ${conversationId}::uuid) AS "given"
    FROM "Deployment" deployment JOIN "BaseModel" base ON base."id" = deployment."baseModelId"
    LEFT JOIN "Adapter" adapter ON adapter."id" = deployment."adapterId"
    LEFT JOIN "Canary" canary ON canary."deploymentId" = deployment."id" AND canary."status" IN ('RUNNING', 'PAUSED')
    WHERE deployment."deactivatedAt" IS NULL ORDER BY deployment."number"`;
  return { arms: rows, given: rows[0]?.given ?? null };
}

/**
 * The arm on which a random number falls; pure.
 * @param random uniform in [0, 1)
 * @throws AppError ILLEGAL_STATE without a default arm
 */
export function drawArm<Arm extends Pick<Speaker, "slot" | "share">>(arms: readonly Arm[], random: number): Arm {
  let end = 0;
  for (const arm of arms.filter((arm) => !isDefault(arm))) {
    end += arm.share;
    if (random * 1000 < end) return arm;
  }
  return defaultOf(arms);
}

function defaultOf<Arm extends Pick<Speaker, "slot">>(arms: readonly Arm[]): Arm {
  const arm = arms.find(isDefault);
  if (arm) return arm;
  throw new AppError("ILLEGAL_STATE", 'Nothing is deployed: the database was not seeded; start Hone with "npm start".');
}

/**
 * Who speaks in a conversation: the arm it was given, while that arm has traffic; else one is drawn by shares and kept. Of two replies
 * that begin at once in a new conversation, the arm of the first is that of both.
 */
export async function speakerOf(tx: Tx, conversationId: string, random: () => number): Promise<Speaker> {
  return settle(tx, conversationId, await situationOf(tx, conversationId), random);
}

/** More than this many arms do not end while one conversation waits for its first reply. */
const TRIES = 5;

async function settle(
  tx: Tx,
  conversationId: string,
  { arms, given }: Situation,
  random: () => number,
  tries = TRIES,
): Promise<Speaker> {
  const kept = arms.find(({ deploymentId }) => deploymentId === given);
  if (kept) return kept;
  const drawn = drawArm(arms, random());
  // Whoever waited here for another draw of the same conversation finds the row changed and takes what was drawn before.
  const changed = await tx.$executeRaw`
    UPDATE "Conversation" SET "deploymentId" = ${drawn.deploymentId}::uuid
    WHERE "id" = ${conversationId}::uuid AND "deploymentId" IS NOT DISTINCT FROM ${given}::uuid`;
  if (changed === 1) return drawn;
  if (tries === 0) throw notFound("conversation");
  return settle(tx, conversationId, await situationOf(tx, conversationId), random, tries - 1);
}

/**
 * Who speaks the drafts that stand side by side, so that people's choices compare two arms: while a Canary runs the canary's arm and the default
 * one in turn, else the conversation's own arm and, where it has another than the default one, that one.
 */
export async function draftSpeakers(
  tx: Tx,
  conversationId: string,
  { count, random }: { count: number; random: () => number },
): Promise<Speaker[]> {
  const situation = await situationOf(tx, conversationId);
  const own = await settle(tx, conversationId, situation, random);
  const watched = situation.arms.find(({ onCanary }) => onCanary) ?? (isDefault(own) ? undefined : own);
  const sides = watched && count > 1 ? [defaultOf(situation.arms), watched] : [own];
  if (sides.includes(own) && sides[0] !== own) sides.reverse();
  return Array.from({ length: count }, (_, draft) => sides[draft % sides.length]!);
}

/** What speaks where nobody is to be compared: drafts for annotators. */
export async function defaultSpeaker(tx: Tx, conversationId: string): Promise<Speaker> {
  return defaultOf((await situationOf(tx, conversationId)).arms);
}

/** Every active Deployment, the default one first and then in the order they came. */
export async function activeArms(db: Db | Tx): Promise<LiveDeployment[]> {
  const arms = await db.deployment.findMany({
    where: { deactivatedAt: null },
    orderBy: { number: "asc" },
    include: LIVE,
  });
  return [...arms.filter(isDefault), ...arms.filter((arm) => !isDefault(arm))];
}
