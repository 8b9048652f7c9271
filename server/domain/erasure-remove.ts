/** Takes away what was gathered of a person, in the order that references allow, and counts it. */

import type { Tx } from "../db.ts";
import { lockPrompt, rederivePairs } from "./pair-store.ts";
import type { ErasureReport } from "./views.ts";

/** Tables must have been gathered by `gatherErased`. Runs under hone.erasing. */
export async function removeErased(
  tx: Tx,
  { userId, email }: { userId: string; email: string },
): Promise<ErasureReport["removed"]> {
  const runSamples = await removeSamples(tx);
  await removeGateSamples(tx);
  const datasetExamples = await removeExamples(tx, userId);
  const judged = await removeJudgements(tx, userId);
  const pairs = await tx.$executeRaw`DELETE FROM "PreferencePair" WHERE "id" IN (SELECT "id" FROM erased_pair)`;
  const conversations = await tx.conversation.deleteMany({ where: { userId } });
  // What they wrote in other people's conversations; counted with the rest before it goes.
  await tx.$executeRaw`DELETE FROM "Message" WHERE "id" IN (SELECT "id" FROM erased_message)`;
  await tx.pairRater.deleteMany({ where: { raterId: userId } });
  await bringInLine(tx, judged.elsewhere);
  const apiKeys = await tx.apiKey.deleteMany({ where: { userId } });
  await tx.account.deleteMany({ where: { userId } });
  await tx.session.deleteMany({ where: { userId } });
  await forgetInvites(tx, { userId, email });
  await forgetPerson(tx, { userId, email });
  return {
    ...{ conversations: conversations.count, messages: judged.messages },
    ...{ feedback: judged.feedback, rankings: judged.rankings, edits: judged.edits },
    ...{ pairs, datasetExamples, apiKeys: apiKeys.count, runSamples },
  };
}

/** Sample replies name no message: they go by the texts of their prompts, among the Runs that were given such texts. */
const removeSamples = (tx: Tx): Promise<number> => tx.$executeRaw`
  DELETE FROM "RunSample" sample USING "Run" run
  WHERE run."id" = sample."runId"
    AND (run."datasetId" IN (SELECT "datasetId" FROM touched) OR run."replayDatasetId" IN (SELECT "datasetId" FROM touched)
      OR run."humanDatasetId" IN (SELECT "datasetId" FROM touched))
    AND EXISTS (SELECT 1 FROM jsonb_array_elements(sample."prompt") turn WHERE turn->>'content' IN (SELECT "content" FROM erased_text))`;

/** Replies that a gate compared: by the texts of their prompts too, as anybody's held-out prompts may be among them. */
const removeGateSamples = (tx: Tx): Promise<number> => tx.$executeRaw`
  DELETE FROM "GateSample" sample WHERE EXISTS
    (SELECT 1 FROM jsonb_array_elements(sample."prompt") turn WHERE turn->>'content' IN (SELECT "content" FROM erased_text))`;

async function removeExamples(tx: Tx, userId: string): Promise<number> {
  const pairs = await tx.$executeRaw`DELETE FROM "DatasetPair" entry USING erased_example gone
    WHERE entry."datasetId" = gone."datasetId" AND entry."ordinal" = gone."ordinal"`;
  const items = await tx.$executeRaw`DELETE FROM "DatasetItem" item USING erased_example gone
    WHERE item."datasetId" = gone."datasetId" AND item."ordinal" = gone."ordinal"`;
  await tx.$executeRaw`DELETE FROM "DatasetRater" rater USING erased_example gone
    WHERE rater."datasetId" = gone."datasetId" AND rater."ordinal" = gone."ordinal"`;
  await tx.datasetRater.deleteMany({ where: { raterId: userId } });
  // Pictures of what is not there any more would mislead; they are drawn anew.
  await tx.$executeRaw`UPDATE "Dataset" SET "erased" = "erased" + gone."count", "statistics" = NULL
    FROM (SELECT "datasetId", count(*)::int AS "count" FROM erased_example GROUP BY 1) gone WHERE "Dataset"."id" = gone."datasetId"`;
  return pairs + items;
}

interface Judged extends Pick<ErasureReport["removed"], "messages" | "feedback" | "rankings" | "edits"> {
  /** Prompts of other people whose replies they judged, or rewrote. */
  elsewhere: string[];
}

async function removeJudgements(tx: Tx, userId: string): Promise<Judged> {
  const [messages] = await tx.$queryRaw<{ count: number }[]>`SELECT count(*)::int AS "count" FROM erased_message`;
  const elsewhere = await tx.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT "promptId" AS "id" FROM "JudgementEvent" WHERE "raterId" = ${userId}::uuid
      AND "promptId" NOT IN (SELECT "id" FROM erased_message)`;
  await tx.$executeRaw`DELETE FROM "JudgementEvent" WHERE "raterId" = ${userId}::uuid`;
  const [others] = await tx.$queryRaw<Record<"feedback" | "rankings" | "edits", number>[]>`
    SELECT (SELECT count(*) FROM "Feedback" WHERE "raterId" = ${userId}::uuid OR "messageId" IN (SELECT "id" FROM erased_message))::int AS "feedback",
      (SELECT count(*) FROM "Ranking" ranking JOIN "Comparison" comparison ON comparison."id" = ranking."comparisonId"
        WHERE ranking."raterId" = ${userId}::uuid OR comparison."promptId" IN (SELECT "id" FROM erased_message))::int AS "rankings",
      (SELECT count(*) FROM "Edit" WHERE "authorId" = ${userId}::uuid OR "originalId" IN (SELECT "id" FROM erased_message))::int AS "edits"`;
  await forgetReplies(tx);
  await tx.ranking.deleteMany({ where: { raterId: userId } });
  await tx.assignment.deleteMany({ where: { raterId: userId } });
  await tx.feedback.deleteMany({ where: { raterId: userId } });
  await tx.raterTrust.deleteMany({ where: { raterId: userId } });
  return {
    messages: messages?.count ?? 0,
    ...{ feedback: others?.feedback ?? 0, rankings: others?.rankings ?? 0, edits: others?.edits ?? 0 },
    elsewhere: elsewhere.map(({ id }) => id),
  };
}

/** Others may have ranked a reply that the person rewrote in somebody else's conversation: their order goes on without it. */
async function forgetReplies(tx: Tx): Promise<void> {
  await tx.$executeRaw`UPDATE "JudgementEvent" event SET "judgement" = jsonb_set(event."judgement", '{ranks}', coalesce(
      (SELECT jsonb_agg(place) FROM jsonb_array_elements(event."judgement"->'ranks') place
        WHERE (place->>'messageId')::uuid NOT IN (SELECT "id" FROM erased_message)), '[]'))
    WHERE event."kind" = 'RANKING' AND event."judgement" IS NOT NULL AND event."promptId" IN (
      SELECT comparison."promptId" FROM "ComparisonCandidate" candidate JOIN erased_message gone ON gone."id" = candidate."messageId"
      JOIN "Comparison" comparison ON comparison."id" = candidate."comparisonId"
      WHERE comparison."promptId" NOT IN (SELECT "id" FROM erased_message))`;
  // One reply alone cannot be compared; an order known for certain is not known without one of its replies.
  await tx.$executeRaw`UPDATE "Comparison" comparison SET "gold" = NULL, "status" = 'CLOSED', "closedAt" = coalesce("closedAt", now())
    WHERE comparison."id" IN (SELECT candidate."comparisonId" FROM "ComparisonCandidate" candidate JOIN erased_message gone ON gone."id" = candidate."messageId")
      AND comparison."status" <> 'DONE' AND comparison."promptId" NOT IN (SELECT "id" FROM erased_message)`;
}

/** Brings the pairs of other people's prompts in line with the judgements that are left. */
async function bringInLine(tx: Tx, promptIds: readonly string[]): Promise<void> {
  for (const promptId of promptIds) {
    await lockPrompt(tx, promptId);
    await rederivePairs(tx, promptId);
  }
}

/** An open invitation to their address goes as a whole: without the address it would let anybody in. */
async function forgetInvites(tx: Tx, { userId, email }: { userId: string; email: string }): Promise<void> {
  await tx.invite.deleteMany({ where: { email, usedAt: null } });
  await tx.invite.updateMany({
    where: { OR: [{ email }, { usedById: userId }] },
    data: { email: null, usedById: null },
  });
}

/** Their name in the audit trail, in limits by address, and in texts that wait to be scored. */
async function forgetPerson(tx: Tx, { userId, email }: { userId: string; email: string }): Promise<void> {
  const tombstone = tombstoneEmail(userId);
  // With its quotes: an address may be the end of somebody else's.
  const [from, to] = [JSON.stringify(email), JSON.stringify(tombstone)];
  await tx.$executeRaw`UPDATE "AuditEvent" SET
      "before" = replace("before"::text, ${from}, ${to})::jsonb, "after" = replace("after"::text, ${from}, ${to})::jsonb
    WHERE strpos("before"::text, ${from}) > 0 OR strpos("after"::text, ${from}) > 0`;
  // Names that they gave to their keys.
  await tx.$executeRaw`UPDATE "AuditEvent" SET "before" = "before" - 'name', "after" = "after" - 'name'
    WHERE "actorId" = ${userId}::uuid AND ("subject" LIKE 'ApiKey:%' OR "subject" = ${`User:${userId}`})`;
  await tx.$executeRaw`DELETE FROM "RateLimit" WHERE strpos("key", ${email}) > 0 OR strpos("key", ${userId}) > 0`;
  // Worked out with what is no longer there; they name raters by id.
  await tx.figures.deleteMany();
  const [scores] = await tx.$queryRaw<{ there: boolean }[]>`SELECT to_regclass('pgboss.job') IS NOT NULL AS "there"`;
  // Whoever asked for a score asks again; the texts would be forgotten within the hour in any case.
  if (scores?.there) await tx.$executeRaw`DELETE FROM pgboss.job WHERE "name" = 'score'`;
  await tx.user.update({
    where: { id: userId },
    data: {
      ...{ email: tombstone, emailVerified: null, name: null, image: null, passwordHash: null },
      ...{ role: "USER", trainingOptOut: true, consentedAt: null },
      ...{ erasedAt: new Date(), disabledAt: new Date() },
    },
  });
}

/** An address that nobody can have (RFC 2606), and that no two people share. */
export const tombstoneEmail = (userId: string) => `erased-${userId}@erased.invalid`;
