-- CreateEnum
CREATE TYPE "ComparisonReason" AS ENUM ('CHAT', 'DISLIKED', 'DISAGREEMENT', 'UNCERTAIN', 'UNCOVERED', 'REQUESTED');

-- CreateEnum
CREATE TYPE "ComparisonStatus" AS ENUM ('DRAFTING', 'OPEN', 'DONE', 'CLOSED');

-- CreateEnum
CREATE TYPE "AssignmentState" AS ENUM ('LEASED', 'SUBMITTED', 'SKIPPED', 'EXPIRED');

-- CreateEnum
CREATE TYPE "JudgementKind" AS ENUM ('FEEDBACK', 'CHOICE', 'EDIT', 'RANKING');

-- CreateEnum
CREATE TYPE "ImportState" AS ENUM ('RECEIVING', 'FREEZING', 'DONE', 'FAILED');

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "consentedAt" TIMESTAMPTZ(3),
ADD COLUMN     "erasedAt" TIMESTAMPTZ(3),
ADD COLUMN     "trainingOptOut" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Conversation" ADD COLUMN     "trainingOptOut" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "forComparison" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "PreferencePair" ADD COLUMN     "quarantineReason" TEXT;

-- AlterTable
ALTER TABLE "Dataset" ADD COLUMN     "erased" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "guards" JSONB,
ADD COLUMN     "statistics" JSONB;

-- AlterTable
ALTER TABLE "DatasetPair" ADD COLUMN     "epsilon" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "Edit" (
    "id" UUID NOT NULL,
    "editedId" UUID NOT NULL,
    "originalId" UUID NOT NULL,
    "authorId" UUID NOT NULL,
    "distance" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "withdrawnAt" TIMESTAMPTZ(3),

    CONSTRAINT "Edit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Comparison" (
    "id" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "reason" "ComparisonReason" NOT NULL,
    "status" "ComparisonStatus" NOT NULL DEFAULT 'OPEN',
    "priority" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "why" JSONB,
    "wanted" INTEGER NOT NULL DEFAULT 2,
    "gold" JSONB,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Comparison_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ComparisonCandidate" (
    "comparisonId" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "ordinal" SMALLINT NOT NULL,

    CONSTRAINT "ComparisonCandidate_pkey" PRIMARY KEY ("comparisonId","messageId")
);

-- CreateTable
CREATE TABLE "Assignment" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "raterId" UUID NOT NULL,
    "round" SMALLINT NOT NULL DEFAULT 0,
    "state" "AssignmentState" NOT NULL DEFAULT 'LEASED',
    "shown" UUID[],
    "leasedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),
    "skipReason" TEXT,

    CONSTRAINT "Assignment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ranking" (
    "id" UUID NOT NULL,
    "comparisonId" UUID NOT NULL,
    "raterId" UUID NOT NULL,
    "round" SMALLINT NOT NULL DEFAULT 0,
    "shown" UUID[],
    "allBad" BOOLEAN NOT NULL DEFAULT false,
    "durationMs" INTEGER NOT NULL,
    "comment" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "withdrawnAt" TIMESTAMPTZ(3),

    CONSTRAINT "Ranking_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RankingEntry" (
    "rankingId" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "rank" SMALLINT NOT NULL,

    CONSTRAINT "RankingEntry_pkey" PRIMARY KEY ("rankingId","messageId")
);

-- CreateTable
CREATE TABLE "ReplyLabel" (
    "rankingId" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "label" TEXT NOT NULL,

    CONSTRAINT "ReplyLabel_pkey" PRIMARY KEY ("rankingId","messageId","label")
);

-- CreateTable
CREATE TABLE "JudgementEvent" (
    "id" BIGSERIAL NOT NULL,
    "promptId" UUID NOT NULL,
    "raterId" UUID NOT NULL,
    "kind" "JudgementKind" NOT NULL,
    "subjectId" UUID NOT NULL,
    "judgement" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "JudgementEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RaterTrust" (
    "raterId" UUID NOT NULL,
    "accuracy" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "judgements" INTEGER NOT NULL DEFAULT 0,
    "figures" JSONB NOT NULL,
    "quarantinedAt" TIMESTAMPTZ(3),
    "quarantineReason" TEXT,
    "releasedAt" TIMESTAMPTZ(3),
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RaterTrust_pkey" PRIMARY KEY ("raterId")
);

-- CreateTable
CREATE TABLE "DatasetRater" (
    "datasetId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "raterId" UUID NOT NULL,

    CONSTRAINT "DatasetRater_pkey" PRIMARY KEY ("datasetId","ordinal","raterId")
);

-- CreateTable
CREATE TABLE "Import" (
    "id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "kind" "DataKind" NOT NULL,
    "name" TEXT NOT NULL,
    "state" "ImportState" NOT NULL DEFAULT 'RECEIVING',
    "skipBad" BOOLEAN NOT NULL DEFAULT false,
    "bytes" BIGINT NOT NULL,
    "bytesRead" BIGINT NOT NULL DEFAULT 0,
    "good" INTEGER NOT NULL DEFAULT 0,
    "bad" INTEGER NOT NULL DEFAULT 0,
    "problems" JSONB NOT NULL,
    "error" TEXT,
    "datasetId" UUID,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ImportLine" (
    "importId" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "part" SMALLINT NOT NULL,
    "hash" TEXT NOT NULL,
    "content" JSONB NOT NULL,

    CONSTRAINT "ImportLine_pkey" PRIMARY KEY ("importId","number","part")
);

-- CreateTable
CREATE TABLE "Erasure" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "requestedById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "report" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,

    CONSTRAINT "Erasure_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AdapterFlag" (
    "adapterId" UUID NOT NULL,
    "erasureId" UUID NOT NULL,
    "examples" INTEGER NOT NULL,
    "inherited" BOOLEAN NOT NULL,
    "runId" UUID,

    CONSTRAINT "AdapterFlag_pkey" PRIMARY KEY ("adapterId","erasureId")
);

-- CreateIndex
CREATE UNIQUE INDEX "Edit_editedId_key" ON "Edit"("editedId");

-- CreateIndex
CREATE INDEX "Edit_originalId_idx" ON "Edit"("originalId");

-- CreateIndex
CREATE INDEX "Edit_authorId_createdAt_idx" ON "Edit"("authorId", "createdAt");

-- CreateIndex
CREATE INDEX "Comparison_promptId_idx" ON "Comparison"("promptId");

-- CreateIndex
CREATE INDEX "Comparison_status_priority_createdAt_idx" ON "Comparison"("status", "priority" DESC, "createdAt");

-- CreateIndex
CREATE INDEX "ComparisonCandidate_messageId_idx" ON "ComparisonCandidate"("messageId");

-- CreateIndex
CREATE INDEX "Assignment_raterId_state_endedAt_idx" ON "Assignment"("raterId", "state", "endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Assignment_comparisonId_raterId_round_key" ON "Assignment"("comparisonId", "raterId", "round");

-- CreateIndex
CREATE INDEX "Ranking_raterId_createdAt_idx" ON "Ranking"("raterId", "createdAt");

-- CreateIndex
CREATE INDEX "Ranking_createdAt_idx" ON "Ranking"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Ranking_comparisonId_raterId_round_key" ON "Ranking"("comparisonId", "raterId", "round");

-- CreateIndex
CREATE INDEX "RankingEntry_messageId_idx" ON "RankingEntry"("messageId");

-- CreateIndex
CREATE INDEX "ReplyLabel_messageId_idx" ON "ReplyLabel"("messageId");

-- CreateIndex
CREATE INDEX "JudgementEvent_promptId_id_idx" ON "JudgementEvent"("promptId", "id");

-- CreateIndex
CREATE INDEX "JudgementEvent_raterId_at_idx" ON "JudgementEvent"("raterId", "at");

-- CreateIndex
CREATE INDEX "DatasetRater_raterId_datasetId_idx" ON "DatasetRater"("raterId", "datasetId");

-- CreateIndex
CREATE INDEX "Import_createdAt_idx" ON "Import"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Import_sha256_format_kind_createdById_key" ON "Import"("sha256", "format", "kind", "createdById");

-- CreateIndex
CREATE INDEX "Erasure_createdAt_idx" ON "Erasure"("createdAt");

-- AddForeignKey
ALTER TABLE "Edit" ADD CONSTRAINT "Edit_editedId_fkey" FOREIGN KEY ("editedId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Edit" ADD CONSTRAINT "Edit_originalId_fkey" FOREIGN KEY ("originalId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Edit" ADD CONSTRAINT "Edit_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonCandidate" ADD CONSTRAINT "ComparisonCandidate_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonCandidate" ADD CONSTRAINT "ComparisonCandidate_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ranking" ADD CONSTRAINT "Ranking_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Ranking" ADD CONSTRAINT "Ranking_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RankingEntry" ADD CONSTRAINT "RankingEntry_rankingId_fkey" FOREIGN KEY ("rankingId") REFERENCES "Ranking"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RankingEntry" ADD CONSTRAINT "RankingEntry_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReplyLabel" ADD CONSTRAINT "ReplyLabel_rankingId_fkey" FOREIGN KEY ("rankingId") REFERENCES "Ranking"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReplyLabel" ADD CONSTRAINT "ReplyLabel_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JudgementEvent" ADD CONSTRAINT "JudgementEvent_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "JudgementEvent" ADD CONSTRAINT "JudgementEvent_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RaterTrust" ADD CONSTRAINT "RaterTrust_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetRater" ADD CONSTRAINT "DatasetRater_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetRater" ADD CONSTRAINT "DatasetRater_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Import" ADD CONSTRAINT "Import_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Import" ADD CONSTRAINT "Import_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ImportLine" ADD CONSTRAINT "ImportLine_importId_fkey" FOREIGN KEY ("importId") REFERENCES "Import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AdapterFlag" ADD CONSTRAINT "AdapterFlag_adapterId_fkey" FOREIGN KEY ("adapterId") REFERENCES "Adapter"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AdapterFlag" ADD CONSTRAINT "AdapterFlag_erasureId_fkey" FOREIGN KEY ("erasureId") REFERENCES "Erasure"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AdapterFlag" ADD CONSTRAINT "AdapterFlag_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE SET NULL ON UPDATE CASCADE;



-- What Prisma's schema cannot say.

ALTER TABLE "Edit" ADD CONSTRAINT "Edit_differ" CHECK ("editedId" <> "originalId");
ALTER TABLE "Edit" ADD CONSTRAINT "Edit_distance_positive" CHECK ("distance" > 0);
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_wanted" CHECK ("wanted" BETWEEN 1 AND 20);
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_closed_at_the_end" CHECK (("closedAt" IS NOT NULL) = ("status" IN ('DONE', 'CLOSED')));
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_round" CHECK ("round" IN (0, 1));
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_ended" CHECK (("endedAt" IS NOT NULL) = ("state" <> 'LEASED'));
ALTER TABLE "Assignment" ADD CONSTRAINT "Assignment_skip_has_reason" CHECK (("skipReason" IS NOT NULL) = ("state" = 'SKIPPED'));
ALTER TABLE "Ranking" ADD CONSTRAINT "Ranking_round" CHECK ("round" IN (0, 1));
ALTER TABLE "Ranking" ADD CONSTRAINT "Ranking_duration" CHECK ("durationMs" >= 0);
ALTER TABLE "RankingEntry" ADD CONSTRAINT "RankingEntry_rank_from_1" CHECK ("rank" BETWEEN 1 AND 64);
ALTER TABLE "RaterTrust" ADD CONSTRAINT "RaterTrust_interval" CHECK ("low" <= "accuracy" AND "accuracy" <= "high" AND "low" >= 0 AND "high" <= 1);
ALTER TABLE "RaterTrust" ADD CONSTRAINT "RaterTrust_quarantine_has_reason" CHECK (("quarantinedAt" IS NOT NULL) = ("quarantineReason" IS NOT NULL));
ALTER TABLE "DatasetPair" ADD CONSTRAINT "DatasetPair_epsilon" CHECK ("epsilon" >= 0 AND "epsilon" < 0.5);
ALTER TABLE "Dataset" ADD CONSTRAINT "Dataset_erased" CHECK ("erased" >= 0);
ALTER TABLE "Import" ADD CONSTRAINT "Import_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "Import" ADD CONSTRAINT "Import_counts" CHECK ("bytesRead" BETWEEN 0 AND "bytes" AND "good" >= 0 AND "bad" >= 0);
ALTER TABLE "Erasure" ADD CONSTRAINT "Erasure_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');

-- One task at a time about a prompt; drafts side by side are another matter.
CREATE UNIQUE INDEX "Comparison_one_open" ON "Comparison" ("promptId") WHERE "status" IN ('DRAFTING', 'OPEN') AND "reason" <> 'CHAT' AND "gold" IS NULL;
CREATE UNIQUE INDEX "Edit_one_live" ON "Edit" ("originalId", "authorId") WHERE "withdrawnAt" IS NULL;
CREATE INDEX "Assignment_leased" ON "Assignment" ("expiresAt") WHERE "state" = 'LEASED';
CREATE INDEX "Comparison_gold" ON "Comparison" ("createdAt") WHERE "gold" IS NOT NULL;

-- An erasure is the one thing that may take frozen rows away. It says so for its own transaction: SET LOCAL hone.erasing = 'on'.
CREATE OR REPLACE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('hone.erasing', true) = 'on' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION '% on "%" refused: its rows are written once and kept', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER "DatasetRater_frozen" BEFORE UPDATE OR DELETE ON "DatasetRater" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "JudgementEvent_kept" BEFORE UPDATE OR DELETE ON "JudgementEvent" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "Erasure_kept" BEFORE UPDATE OR DELETE ON "Erasure" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();

-- Whatever the code above selects: nothing of a conversation that was opted out, or of a person who did so, enters a Dataset.
CREATE FUNCTION "refuse_opted_out_pairs"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM added JOIN "PreferencePair" pair ON pair."id" = added."pairId"
    JOIN "Message" prompt ON prompt."id" = pair."promptId"
    JOIN "Conversation" conversation ON conversation."id" = prompt."conversationId"
    JOIN "User" person ON person."id" = conversation."userId"
    WHERE conversation."trainingOptOut" OR person."trainingOptOut"
  ) THEN
    RAISE EXCEPTION 'A Dataset would hold pairs of a conversation that was opted out of training' USING ERRCODE = 'HN001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "DatasetPair_consent" AFTER INSERT ON "DatasetPair" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_opted_out_pairs"();
CREATE FUNCTION "refuse_opted_out_items"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM added JOIN "Message" message ON message."id" = added."messageId"
    JOIN "Conversation" conversation ON conversation."id" = message."conversationId"
    JOIN "User" person ON person."id" = conversation."userId"
    WHERE conversation."trainingOptOut" OR person."trainingOptOut"
  ) THEN
    RAISE EXCEPTION 'A Dataset would hold messages of a conversation that was opted out of training' USING ERRCODE = 'HN001';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER "DatasetItem_consent" AFTER INSERT ON "DatasetItem" REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_opted_out_items"();
