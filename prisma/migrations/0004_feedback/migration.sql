-- The log of judgements begins with the thumbs that were there before it, so that pairs can be worked out from it alone.
INSERT INTO "JudgementEvent" ("promptId", "raterId", "kind", "subjectId", "judgement", "at")
SELECT reply."parentId", thumb."raterId", 'FEEDBACK', thumb."messageId",
  jsonb_build_object('value', thumb."value", 'reasons', to_jsonb(thumb."reasons"),
    'teaches', reply."status" = 'COMPLETE' AND reply."content" <> ''),
  thumb."updatedAt"
FROM "Feedback" thumb JOIN "Message" reply ON reply."id" = thumb."messageId"
WHERE reply."parentId" IS NOT NULL
ORDER BY thumb."updatedAt", thumb."id";

-- Asks annotators about a prompt, unless they are being asked already, its conversation may not be shown, or they were asked
-- before (which an admin may override). Replies are gathered and drafted later. A function, so that a thumb can do it in the one
-- round trip that a thumb takes.
CREATE FUNCTION "open_comparison"(
  prompt_id uuid, why_asked "ComparisonReason", priority float8, why jsonb, wanted_by_default int, created_by uuid
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  made uuid;
BEGIN
  INSERT INTO "Comparison" ("id", "promptId", "reason", "status", "priority", "why", "wanted", "createdById")
  SELECT gen_random_uuid(), prompt."id", why_asked, 'DRAFTING', priority, why,
    coalesce((SELECT "value"::int FROM "Setting" WHERE "key" = 'rankingsWanted' AND jsonb_typeof("value") = 'number'), wanted_by_default), created_by
  FROM "Message" prompt
  JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
  JOIN "User" person ON person."id" = conversation."userId"
  WHERE prompt."id" = prompt_id AND prompt."role" = 'USER'
    AND conversation."deletedAt" IS NULL AND NOT conversation."trainingOptOut"
    AND NOT person."trainingOptOut" AND person."erasedAt" IS NULL
    AND (why_asked = 'REQUESTED' OR NOT EXISTS (
      SELECT 1 FROM "Comparison" earlier WHERE earlier."promptId" = prompt_id AND earlier."reason" <> 'CHAT'))
  ON CONFLICT ("promptId") WHERE "status" IN ('DRAFTING', 'OPEN') AND "reason" <> 'CHAT' AND "gold" IS NULL DO NOTHING
  RETURNING "id" INTO made;
  RETURN made;
END $$;

-- Sets a thumb on a reply of one's own conversation, under its prompt's lock. Most thumbs are the first on their prompt's replies, and no
-- pair follows from them: with `alone` they are all that is written, which takes one round trip. Otherwise the caller derives the
-- pairs in the same transaction.
-- Answers the prompt, and DONE, SAME where that was said before word for word, or why nothing was written: NOT_FOUND, RUNNING, FAILED, or
-- (with `alone`) SIBLINGS where pairs may follow.
CREATE FUNCTION "set_thumb"(
  message_id uuid, rater_id uuid, sign smallint, tags text[], remark text, alone boolean, disliked_priority float8, wanted_by_default int,
  OUT outcome text, OUT prompt_id uuid
) LANGUAGE plpgsql AS $$
DECLARE
  reply record;
BEGIN
  SELECT message."parentId", message."status", message."content" <> '' AS spoken INTO reply
  FROM "Message" message JOIN "Conversation" conversation ON conversation."id" = message."conversationId"
  WHERE message."id" = message_id AND message."role" = 'ASSISTANT' AND NOT message."forComparison" AND message."parentId" IS NOT NULL
    AND conversation."userId" = rater_id AND conversation."deletedAt" IS NULL
    AND NOT EXISTS (SELECT 1 FROM "Edit" edit WHERE edit."editedId" = message_id);
  outcome := CASE WHEN NOT FOUND THEN 'NOT_FOUND' WHEN reply."status" = 'FAILED' THEN 'FAILED'
    WHEN reply."status" NOT IN ('COMPLETE', 'INTERRUPTED') THEN 'RUNNING' END;
  IF outcome IS NOT NULL THEN RETURN; END IF;
  prompt_id := reply."parentId";

  -- Statements after this one see what others wrote before they let go of the prompt.
  PERFORM 1 FROM "Message" WHERE "id" = prompt_id FOR NO KEY UPDATE;
  IF alone AND (EXISTS (SELECT 1 FROM "PreferencePair" pair WHERE pair."promptId" = prompt_id AND pair."source" = 'FEEDBACK')
    OR EXISTS (SELECT 1 FROM "Message" sibling JOIN "Feedback" thumb ON thumb."messageId" = sibling."id"
      WHERE sibling."parentId" = prompt_id AND sibling."id" <> message_id)) THEN
    outcome := 'SIBLINGS';
    RETURN;
  END IF;

  INSERT INTO "Feedback" AS thumb ("id", "messageId", "raterId", "value", "reasons", "comment")
  VALUES (gen_random_uuid(), message_id, rater_id, sign, tags, remark)
  ON CONFLICT ("messageId", "raterId") DO UPDATE SET "value" = sign, "reasons" = tags, "comment" = remark, "updatedAt" = now()
  WHERE (thumb."value", thumb."reasons", thumb."comment") IS DISTINCT FROM (sign, tags, remark);
  IF NOT FOUND THEN
    outcome := 'SAME';
    RETURN;
  END IF;
  INSERT INTO "JudgementEvent" ("promptId", "raterId", "kind", "subjectId", "judgement")
  VALUES (prompt_id, rater_id, 'FEEDBACK', message_id, jsonb_build_object(
    'value', sign, 'reasons', to_jsonb(tags), 'teaches', reply."status" = 'COMPLETE' AND reply.spoken));
  IF sign < 0 THEN
    PERFORM "open_comparison"(prompt_id, 'DISLIKED', disliked_priority, '{}', wanted_by_default, NULL);
  END IF;
  outcome := 'DONE';
END $$;
