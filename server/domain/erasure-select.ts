/** What belongs to a person, gathered before anything is taken away: in tables that live as long as the transaction. */

import type { Tx } from "../db.ts";

/**
 * Gathers the rows of a person. Afterwards these exist:
 * - erased_message: everything said in their conversations, what they wrote in other people's, and replies to that
 * - erased_text: those texts, by which copies without a reference are found
 * - erased_pair: pairs of those messages, and pairs that rest on nobody else's judgement
 * - erased_example: examples of Datasets that hold such a text, or rested on nobody else when they were frozen
 * - touched: by Dataset, how many of its examples the person had a part in, those included that stay
 */
export async function gatherErased(tx: Tx, userId: string): Promise<void> {
  await tx.$executeRaw`CREATE TEMP TABLE erased_message ON COMMIT DROP AS
    WITH RECURSIVE theirs AS (
      SELECT message."id" FROM "Message" message JOIN "Conversation" conversation ON conversation."id" = message."conversationId"
        WHERE conversation."userId" = ${userId}::uuid
      UNION SELECT "editedId" FROM "Edit" WHERE "authorId" = ${userId}::uuid
      UNION SELECT reply."id" FROM theirs JOIN "Message" reply ON reply."parentId" = theirs."id"
    ) SELECT "id" FROM theirs`;
  await tx.$executeRaw`ALTER TABLE erased_message ADD PRIMARY KEY ("id")`;
  await tx.$executeRaw`ANALYZE erased_message`;
  await tx.$executeRaw`CREATE TEMP TABLE erased_text ON COMMIT DROP AS
    SELECT DISTINCT message."content" FROM erased_message JOIN "Message" message USING ("id") WHERE message."content" <> ''`;
  await tx.$executeRaw`CREATE TEMP TABLE erased_pair ON COMMIT DROP AS
    SELECT pair."id" FROM erased_message JOIN "PreferencePair" pair ON pair."promptId" = erased_message."id"
    UNION SELECT pair."id" FROM erased_message JOIN "PreferencePair" pair ON pair."chosenId" = erased_message."id"
    UNION SELECT pair."id" FROM erased_message JOIN "PreferencePair" pair ON pair."rejectedId" = erased_message."id"
    UNION SELECT link."pairId" FROM "PairRater" link WHERE link."raterId" = ${userId}::uuid AND NOT EXISTS (
      SELECT 1 FROM "PairRater" other WHERE other."pairId" = link."pairId" AND other."raterId" <> link."raterId")`;
  await tx.$executeRaw`CREATE TEMP TABLE erased_example ON COMMIT DROP AS
    SELECT entry."datasetId", entry."ordinal" FROM erased_pair JOIN "DatasetPair" entry ON entry."pairId" = erased_pair."id"
    UNION SELECT item."datasetId", item."ordinal" FROM erased_message JOIN "DatasetItem" item ON item."messageId" = erased_message."id"
    UNION SELECT mine."datasetId", mine."ordinal" FROM "DatasetRater" mine WHERE mine."raterId" = ${userId}::uuid AND NOT EXISTS (
      SELECT 1 FROM "DatasetRater" other WHERE other."datasetId" = mine."datasetId" AND other."ordinal" = mine."ordinal"
        AND other."raterId" <> mine."raterId")`;
  await gatherCopies(tx);
  await tx.$executeRaw`CREATE TEMP TABLE touched ON COMMIT DROP AS
    SELECT "datasetId", count(*)::int AS "examples" FROM (
      SELECT "datasetId", "ordinal" FROM erased_example
      UNION SELECT "datasetId", "ordinal" FROM "DatasetRater" WHERE "raterId" = ${userId}::uuid
    ) example GROUP BY "datasetId"`;
}

/**
 * Pairs that a judge made of a person's prompts name no message, only their text; they lie in the Datasets of Runs that
 * were given the person's prompts.
 */
async function gatherCopies(tx: Tx): Promise<void> {
  await tx.$executeRaw`INSERT INTO erased_example
    SELECT DISTINCT item."datasetId", item."ordinal"
    FROM "Run" run JOIN "DatasetItem" item ON item."datasetId" = run."aiDatasetId" AND item."messageId" IS NULL,
      jsonb_array_elements(item."content"->'prompt') turn
    WHERE run."datasetId" IN (SELECT "datasetId" FROM erased_example)
      AND turn->>'content' IN (SELECT "content" FROM erased_text)`;
}
