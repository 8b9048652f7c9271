/** Keeps the stored pairs of a prompt equal to what its judgements say now. Pairs are retracted, never deleted. */

import type { Tx } from "../db.ts";
import { type DerivedPair, pairsFrom } from "./preference-pair.ts";

/** Lets one judgement of a prompt's replies be written at a time: two at once would each see only half of the judgements. */
export async function lockPrompt(tx: Tx, promptId: string): Promise<void> {
  // Not FOR UPDATE: that would wait for, and hold up, every reply that is being added below the prompt.
  await tx.$queryRaw`SELECT "id" FROM "Message" WHERE "id" = ${promptId}::uuid FOR NO KEY UPDATE`;
}

/** Derives the pairs of one prompt anew from its feedback, and brings the rows in line. The prompt must be locked. */
export async function rederivePairs(tx: Tx, promptId: string): Promise<void> {
  const feedback = await tx.feedback.findMany({
    // An interrupted reply has no end; pairs teach whole replies only.
    where: { message: { parentId: promptId, role: "ASSISTANT", status: "COMPLETE", content: { not: "" } } },
    select: { messageId: true, raterId: true, value: true },
  });
  const wanted = pairsFrom(feedback.map((thumb) => ({ kind: "FEEDBACK" as const, promptId, ...thumb })));
  const stored = await tx.preferencePair.findMany({
    where: { promptId, source: "FEEDBACK" },
    select: { id: true, chosenId: true, rejectedId: true, status: true },
  });
  const same = (a: { chosenId: string; rejectedId: string }, b: { chosenId: string; rejectedId: string }) =>
    a.chosenId === b.chosenId && a.rejectedId === b.rejectedId;

  const over = stored.filter((row) => row.status === "ACTIVE" && !wanted.some((pair) => same(pair, row)));
  await tx.preferencePair.updateMany({
    where: { id: { in: over.map((row) => row.id) } },
    data: { status: "RETRACTED", retractedAt: new Date() },
  });
  for (const pair of wanted) {
    const row = stored.find((candidate) => same(candidate, pair));
    await store(tx, pair, row);
  }
}

async function store(tx: Tx, { raterIds, ...pair }: DerivedPair, row: { id: string; status: string } | undefined) {
  // A quarantined pair stays so: a new thumb does not lift what an admin has put aside.
  if (row?.status === "RETRACTED") {
    await tx.preferencePair.update({ where: { id: row.id }, data: { status: "ACTIVE", retractedAt: null } });
  }
  const { id } = row ?? (await tx.preferencePair.create({ data: pair, select: { id: true } }));
  await tx.pairRater.deleteMany({ where: { pairId: id, raterId: { notIn: raterIds } } });
  await tx.pairRater.createMany({ data: raterIds.map((raterId) => ({ pairId: id, raterId })), skipDuplicates: true });
}
