// The stations of the loop as a test needs them: rated drafts, a run, an adapter with its file.
import { createHash, randomBytes, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { Db } from "../../server/db.ts";
import { openGate } from "../../server/domain/gate/open.ts";
import { claimRun, type FinishedAdapter, finishRun, recordStep } from "../../server/domain/run.ts";
import { type GatePolicy, gatePolicySchema } from "../../server/domain/views/gate.ts";
import { type Caller, finished, newKey, type World } from "./world.ts";

/** A prompt with a liked and a disliked draft, which is one pair. @returns ids of prompt, chosen and rejected */
export async function ratedPrompt(caller: Caller, content: string) {
  const { conversationId, prompt, reply } = await caller.message.send({
    parentId: null,
    content,
    requestKey: newKey(),
  });
  const other = await caller.message.regenerate({ messageId: reply.id, requestKey: newKey() });
  await Promise.all([finished(caller, reply.id), finished(caller, other.id)]);
  await caller.feedback.set({ messageId: reply.id, value: 1 });
  await caller.feedback.set({ messageId: other.id, value: -1 });
  return { conversationId, promptId: prompt.id, chosenId: reply.id, rejectedId: other.id };
}

/** Many rated prompts at once, written past the procedures. */
export async function insertPairs(world: World, raterId: string, prompts: readonly string[]): Promise<void> {
  const { db } = world;
  const { id: conversationId } = await db.conversation.create({ data: { userId: raterId, title: "Many" } });
  const rows = prompts.map((content) => ({
    content,
    id: randomUUID(),
    chosenId: randomUUID(),
    rejectedId: randomUUID(),
  }));
  const message = (id: string, content: string) => ({
    id,
    content,
    conversationId,
    requestKey: id,
    status: "COMPLETE" as const,
  });
  await db.message.createMany({
    data: rows.map(({ id, content }) => ({ ...message(id, content), role: "USER" as const })),
  });
  const reply = (id: string, parentId: string, content: string) => ({
    ...message(id, content),
    parentId,
    role: "ASSISTANT" as const,
  });
  await db.message.createMany({
    data: rows.flatMap(({ id, chosenId, rejectedId }) => [reply(chosenId, id, "Good."), reply(rejectedId, id, "Bad.")]),
  });
  const pairs = await db.preferencePair.createManyAndReturn({
    data: rows.map(({ id, chosenId, rejectedId }) => ({
      promptId: id,
      chosenId,
      rejectedId,
      source: "FEEDBACK" as const,
    })),
  });
  await db.pairRater.createMany({ data: pairs.map(({ id }) => ({ pairId: id, raterId })) });
}

/** Writes a file that passes for an adapter's. @returns what a trainer reports of it */
export function adapterOnDisk(home: string, content: Buffer = randomBytes(64)) {
  const sha256 = createHash("sha256").update(content).digest("hex");
  const relative = `adapters/${sha256}/adapter.gguf`;
  fs.mkdirSync(path.join(home, path.dirname(relative)), { recursive: true });
  fs.writeFileSync(path.join(home, relative), content);
  return {
    ...{ kind: "POLICY" as const, tuning: "LORA" as const, servable: true, rank: 16, alpha: 32 },
    ...{ sha256, path: relative, bytes: content.length, metrics: { "heldout/accuracy": 0.9 } },
  };
}

/**
 * Does what a trainer does with a waiting run, in one go, and what it does with the adapter's Gate after that: with "PASSED" an admin may
 * activate it as long as what is live stays; with null the Gate is left to be measured.
 * @returns id of the adapter
 */
export async function train(
  world: World,
  runId: string,
  adapter: FinishedAdapter = adapterOnDisk(world.home),
  { gate = "PASSED" }: { gate?: "PASSED" | "UNDECIDED" | "REFUSED" | null } = {},
): Promise<string> {
  const claimed = await claimRun(world.db, { runId, owner: "test" });
  if (!claimed) throw new Error(`run ${runId} could not be claimed`);
  const hold = { runId, attempt: claimed.attempt };
  await recordStep(world.db, { ...hold, step: 1, totalSteps: 1, metrics: { loss: 0.5 } });
  const adapterId = await finishRun(world.db, { ...hold, adapter });
  if (!adapterId) throw new Error(`run ${runId} was lost`);
  if (gate) await measured(world.db, adapterId, gate);
  return adapterId;
}

/** Ends the adapter's Gate with a verdict, opening it where nothing has; adapters that never go live have none. @returns its id, or null */
export async function measured(
  db: Db,
  adapterId: string,
  status: "PASSED" | "UNDECIDED" | "REFUSED",
  policy: Partial<GatePolicy> = {},
): Promise<string | null> {
  return db.$transaction(async (tx) => {
    const id = await openGate(tx, { adapterId, firingId: null, requestedById: null });
    if (!id) return null;
    const gate = await tx.gate.findUniqueOrThrow({ where: { id } });
    const parsed = gatePolicySchema.parse({ ...(gate.policy as object), ...policy });
    await tx.gate.update({ where: { id }, data: { status, policy: parsed, finishedAt: new Date() } });
    return id;
  });
}
