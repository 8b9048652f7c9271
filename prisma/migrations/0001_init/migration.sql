-- The first migration: every table of prisma/schema.prisma, then the rules that file cannot express.

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "Role" AS ENUM ('USER', 'ANNOTATOR', 'ADMIN');

-- CreateEnum
CREATE TYPE "ConversationSource" AS ENUM ('CHAT', 'API');

-- CreateEnum
CREATE TYPE "MessageRole" AS ENUM ('SYSTEM', 'USER', 'ASSISTANT');

-- CreateEnum
CREATE TYPE "MessageStatus" AS ENUM ('PENDING', 'STREAMING', 'COMPLETE', 'INTERRUPTED', 'FAILED');

-- CreateEnum
CREATE TYPE "EndReason" AS ENUM ('STOP', 'LENGTH', 'ABORTED');

-- CreateEnum
CREATE TYPE "PairSource" AS ENUM ('FEEDBACK', 'CHOICE', 'EDIT', 'RANKING');

-- CreateEnum
CREATE TYPE "PairStatus" AS ENUM ('ACTIVE', 'QUARANTINED', 'RETRACTED');

-- CreateEnum
CREATE TYPE "Split" AS ENUM ('TRAIN', 'HELDOUT');

-- CreateEnum
CREATE TYPE "Method" AS ENUM ('SFT', 'DPO');

-- CreateEnum
CREATE TYPE "RunStatus" AS ENUM ('QUEUED', 'RUNNING', 'EVALUATING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "AdapterKind" AS ENUM ('POLICY');

-- CreateEnum
CREATE TYPE "AdapterStatus" AS ENUM ('CANDIDATE', 'APPROVED', 'REJECTED', 'RETIRED');

-- CreateEnum
CREATE TYPE "LogLevel" AS ENUM ('DEBUG', 'INFO', 'WARN', 'ERROR');

-- CreateTable
CREATE TABLE "User" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" TIMESTAMPTZ(3),
    "name" TEXT,
    "image" TEXT,
    "passwordHash" TEXT,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "disabledAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "User_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Account" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "providerAccountId" TEXT NOT NULL,

    CONSTRAINT "Account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ApiKey" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastUsedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Conversation" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "source" "ConversationSource" NOT NULL DEFAULT 'CHAT',
    "title" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Conversation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Message" (
    "id" UUID NOT NULL,
    "conversationId" UUID NOT NULL,
    "parentId" UUID,
    "role" "MessageRole" NOT NULL,
    "content" TEXT NOT NULL,
    "status" "MessageStatus" NOT NULL,
    "requestKey" TEXT NOT NULL,
    "deploymentId" UUID,
    "baseSha256" TEXT,
    "adapterSha256" TEXT,
    "sampling" JSONB,
    "seed" INTEGER,
    "tokenIds" INTEGER[],
    "logProbs" REAL[],
    "promptTokens" INTEGER,
    "completionTokens" INTEGER,
    "endReason" "EndReason",
    "errorCode" TEXT,
    "error" TEXT,
    "lastSeq" INTEGER NOT NULL DEFAULT 0,
    "heartbeatAt" TIMESTAMPTZ(3),
    "stopRequestedAt" TIMESTAMPTZ(3),
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "MessageEvent" (
    "messageId" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "tokenIds" INTEGER[],
    "logProbs" REAL[],

    CONSTRAINT "MessageEvent_pkey" PRIMARY KEY ("messageId","seq")
);

-- CreateTable
CREATE TABLE "Feedback" (
    "id" UUID NOT NULL,
    "messageId" UUID NOT NULL,
    "raterId" UUID NOT NULL,
    "value" SMALLINT NOT NULL,
    "reasons" TEXT[],
    "comment" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Feedback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PreferencePair" (
    "id" UUID NOT NULL,
    "promptId" UUID NOT NULL,
    "chosenId" UUID NOT NULL,
    "rejectedId" UUID NOT NULL,
    "source" "PairSource" NOT NULL,
    "status" "PairStatus" NOT NULL DEFAULT 'ACTIVE',
    "weight" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retractedAt" TIMESTAMPTZ(3),

    CONSTRAINT "PreferencePair_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PairRater" (
    "pairId" UUID NOT NULL,
    "raterId" UUID NOT NULL,

    CONSTRAINT "PairRater_pkey" PRIMARY KEY ("pairId","raterId")
);

-- CreateTable
CREATE TABLE "Dataset" (
    "id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "trainPairs" INTEGER NOT NULL,
    "heldOutPairs" INTEGER NOT NULL,
    "leftOut" JSONB NOT NULL,
    "frozenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DatasetPair" (
    "datasetId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "pairId" UUID NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "split" "Split" NOT NULL,

    CONSTRAINT "DatasetPair_pkey" PRIMARY KEY ("datasetId","ordinal")
);

-- CreateTable
CREATE TABLE "BaseModel" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "architecture" TEXT NOT NULL,
    "parameters" BIGINT NOT NULL,
    "contextLength" INTEGER NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "BaseModel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" UUID NOT NULL,
    "method" "Method" NOT NULL,
    "status" "RunStatus" NOT NULL DEFAULT 'QUEUED',
    "baseModelId" UUID NOT NULL,
    "datasetId" UUID NOT NULL,
    "fromAdapterId" UUID,
    "adapterId" UUID,
    "config" JSONB NOT NULL,
    "seed" INTEGER NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "totalSteps" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 3,
    "leaseOwner" TEXT,
    "leaseExpiresAt" TIMESTAMPTZ(3),
    "cancelRequestedAt" TIMESTAMPTZ(3),
    "errorCode" TEXT,
    "error" TEXT,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "attemptStartedAt" TIMESTAMPTZ(3),
    "attemptStep" INTEGER NOT NULL DEFAULT 0,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "RunMetric" (
    "runId" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "attempt" INTEGER NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "values" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RunMetric_pkey" PRIMARY KEY ("runId","step")
);

-- CreateTable
CREATE TABLE "RunLog" (
    "id" BIGSERIAL NOT NULL,
    "runId" UUID NOT NULL,
    "attempt" INTEGER NOT NULL,
    "level" "LogLevel" NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "RunLog_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Adapter" (
    "id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "kind" "AdapterKind" NOT NULL DEFAULT 'POLICY',
    "status" "AdapterStatus" NOT NULL DEFAULT 'CANDIDATE',
    "baseModelId" UUID NOT NULL,
    "rank" SMALLINT NOT NULL,
    "alpha" DOUBLE PRECISION NOT NULL,
    "path" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "metrics" JSONB NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Adapter_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Deployment" (
    "id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "slot" TEXT NOT NULL DEFAULT 'default',
    "baseModelId" UUID NOT NULL,
    "adapterId" UUID,
    "activatedById" UUID,
    "activatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deactivatedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "AuditEvent" (
    "id" BIGSERIAL NOT NULL,
    "actorId" UUID,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "AuditEvent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Setting" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updatedById" UUID,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Setting_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "RateLimit" (
    "key" TEXT NOT NULL,
    "tokens" DOUBLE PRECISION NOT NULL,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RateLimit_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE INDEX "User_createdAt_id_idx" ON "User"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Account_userId_idx" ON "Account"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "Account_provider_providerAccountId_key" ON "Account"("provider", "providerAccountId");

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_sha256_key" ON "ApiKey"("sha256");

-- CreateIndex
CREATE INDEX "ApiKey_userId_createdAt_idx" ON "ApiKey"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Conversation_userId_source_updatedAt_id_idx" ON "Conversation"("userId", "source", "updatedAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "Message_conversationId_createdAt_idx" ON "Message"("conversationId", "createdAt");

-- CreateIndex
CREATE INDEX "Message_parentId_idx" ON "Message"("parentId");

-- CreateIndex
CREATE INDEX "Message_createdAt_idx" ON "Message"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Message_conversationId_requestKey_key" ON "Message"("conversationId", "requestKey");

-- CreateIndex
CREATE INDEX "Feedback_raterId_createdAt_idx" ON "Feedback"("raterId", "createdAt");

-- CreateIndex
CREATE INDEX "Feedback_createdAt_idx" ON "Feedback"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Feedback_messageId_raterId_key" ON "Feedback"("messageId", "raterId");

-- CreateIndex
CREATE INDEX "PreferencePair_promptId_idx" ON "PreferencePair"("promptId");

-- CreateIndex
CREATE INDEX "PreferencePair_rejectedId_idx" ON "PreferencePair"("rejectedId");

-- CreateIndex
CREATE INDEX "PreferencePair_status_createdAt_id_idx" ON "PreferencePair"("status", "createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "PreferencePair_chosenId_rejectedId_source_key" ON "PreferencePair"("chosenId", "rejectedId", "source");

-- CreateIndex
CREATE INDEX "PairRater_raterId_idx" ON "PairRater"("raterId");

-- CreateIndex
CREATE UNIQUE INDEX "Dataset_sha256_key" ON "Dataset"("sha256");

-- CreateIndex
CREATE INDEX "Dataset_frozenAt_id_idx" ON "Dataset"("frozenAt", "id");

-- CreateIndex
CREATE INDEX "DatasetPair_pairId_idx" ON "DatasetPair"("pairId");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetPair_datasetId_pairId_key" ON "DatasetPair"("datasetId", "pairId");

-- CreateIndex
CREATE UNIQUE INDEX "BaseModel_sha256_key" ON "BaseModel"("sha256");

-- CreateIndex
CREATE INDEX "Run_createdAt_id_idx" ON "Run"("createdAt", "id");

-- CreateIndex
CREATE INDEX "Run_adapterId_idx" ON "Run"("adapterId");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "RunMetric_runId_seq_idx" ON "RunMetric"("runId", "seq");

-- CreateIndex
CREATE INDEX "RunLog_runId_id_idx" ON "RunLog"("runId", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Adapter_sha256_key" ON "Adapter"("sha256");

-- CreateIndex
CREATE INDEX "Adapter_createdAt_id_idx" ON "Adapter"("createdAt", "id");

-- CreateIndex
CREATE UNIQUE INDEX "Deployment_number_key" ON "Deployment"("number");

-- CreateIndex
CREATE INDEX "AuditEvent_subject_id_idx" ON "AuditEvent"("subject", "id");

-- CreateIndex
CREATE INDEX "AuditEvent_actorId_id_idx" ON "AuditEvent"("actorId", "id");

-- AddForeignKey
ALTER TABLE "Account" ADD CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_parentId_fkey" FOREIGN KEY ("parentId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Message" ADD CONSTRAINT "Message_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "MessageEvent" ADD CONSTRAINT "MessageEvent_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Feedback" ADD CONSTRAINT "Feedback_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Feedback" ADD CONSTRAINT "Feedback_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PreferencePair" ADD CONSTRAINT "PreferencePair_promptId_fkey" FOREIGN KEY ("promptId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PreferencePair" ADD CONSTRAINT "PreferencePair_chosenId_fkey" FOREIGN KEY ("chosenId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PreferencePair" ADD CONSTRAINT "PreferencePair_rejectedId_fkey" FOREIGN KEY ("rejectedId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PairRater" ADD CONSTRAINT "PairRater_pairId_fkey" FOREIGN KEY ("pairId") REFERENCES "PreferencePair"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "PairRater" ADD CONSTRAINT "PairRater_raterId_fkey" FOREIGN KEY ("raterId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetPair" ADD CONSTRAINT "DatasetPair_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetPair" ADD CONSTRAINT "DatasetPair_pairId_fkey" FOREIGN KEY ("pairId") REFERENCES "PreferencePair"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_baseModelId_fkey" FOREIGN KEY ("baseModelId") REFERENCES "BaseModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_fromAdapterId_fkey" FOREIGN KEY ("fromAdapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_adapterId_fkey" FOREIGN KEY ("adapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunMetric" ADD CONSTRAINT "RunMetric_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunLog" ADD CONSTRAINT "RunLog_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_baseModelId_fkey" FOREIGN KEY ("baseModelId") REFERENCES "BaseModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_baseModelId_fkey" FOREIGN KEY ("baseModelId") REFERENCES "BaseModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_adapterId_fkey" FOREIGN KEY ("adapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_activatedById_fkey" FOREIGN KEY ("activatedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "AuditEvent" ADD CONSTRAINT "AuditEvent_actorId_fkey" FOREIGN KEY ("actorId") REFERENCES "User"("id") ON DELETE NO ACTION ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Setting" ADD CONSTRAINT "Setting_updatedById_fkey" FOREIGN KEY ("updatedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;



-- ---------------------------------------------------------------------------------------------------------------------
-- What Prisma's schema language cannot say.
-- ---------------------------------------------------------------------------------------------------------------------

-- Values that make no sense are refused here too, whatever the program thinks.
ALTER TABLE "User" ADD CONSTRAINT "User_email_lower" CHECK ("email" = lower("email") AND "email" <> '');
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "Feedback" ADD CONSTRAINT "Feedback_value_sign" CHECK ("value" IN (1, -1));
ALTER TABLE "Message" ADD CONSTRAINT "Message_log_probs_fit" CHECK (cardinality("logProbs") IN (0, cardinality("tokenIds")));
ALTER TABLE "Message" ADD CONSTRAINT "Message_seed_range" CHECK ("seed" >= 0);
ALTER TABLE "Message" ADD CONSTRAINT "Message_not_its_own_parent" CHECK ("parentId" <> "id");
ALTER TABLE "MessageEvent" ADD CONSTRAINT "MessageEvent_seq_from_1" CHECK ("seq" >= 1);
ALTER TABLE "PreferencePair" ADD CONSTRAINT "PreferencePair_differ" CHECK ("chosenId" <> "rejectedId");
ALTER TABLE "PreferencePair" ADD CONSTRAINT "PreferencePair_weight_positive" CHECK ("weight" > 0);
ALTER TABLE "DatasetPair" ADD CONSTRAINT "DatasetPair_weight_positive" CHECK ("weight" > 0);
ALTER TABLE "Dataset" ADD CONSTRAINT "Dataset_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "BaseModel" ADD CONSTRAINT "BaseModel_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_sha256_hex" CHECK ("sha256" ~ '^[0-9a-f]{64}$');
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_sizes" CHECK ("rank" >= 1 AND "alpha" > 0 AND "bytes" > 0);
ALTER TABLE "Run" ADD CONSTRAINT "Run_steps" CHECK ("step" >= 0 AND "totalSteps" >= 0 AND "attempt" >= 0 AND "maxAttempts" >= 1);
ALTER TABLE "Run" ADD CONSTRAINT "Run_lease_while_running" CHECK (("leaseOwner" IS NOT NULL) = ("status" IN ('RUNNING', 'EVALUATING')));
ALTER TABLE "Run" ADD CONSTRAINT "Run_finished_at_the_end" CHECK (("finishedAt" IS NOT NULL) = ("status" IN ('SUCCEEDED', 'FAILED', 'CANCELLED')));
ALTER TABLE "Run" ADD CONSTRAINT "Run_success_has_adapter" CHECK ("status" <> 'SUCCEEDED' OR "adapterId" IS NOT NULL);
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_number_from_1" CHECK ("number" >= 1);
ALTER TABLE "RateLimit" ADD CONSTRAINT "RateLimit_not_negative" CHECK ("tokens" >= 0);

-- Exactly one Deployment is active in a slot.
CREATE UNIQUE INDEX "Deployment_one_active" ON "Deployment" ("slot") WHERE "deactivatedAt" IS NULL;
-- The reaper and the queue look only at what is unfinished, which is never much.
CREATE INDEX "Message_unfinished" ON "Message" ("heartbeatAt") WHERE "status" IN ('PENDING', 'STREAMING');
CREATE INDEX "Message_events_to_sweep" ON "Message" ("finishedAt") WHERE "lastSeq" > 0;
CREATE INDEX "Run_unfinished" ON "Run" ("createdAt") WHERE "status" IN ('QUEUED', 'RUNNING', 'EVALUATING');

-- A final Message is evidence: what was said, and by which weights, never changes again. `lastSeq` may fall to 0 when
-- its events are swept.
CREATE FUNCTION "refuse_message_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW."conversationId", NEW."parentId", NEW."role", NEW."deploymentId", NEW."baseSha256", NEW."adapterSha256", NEW."seed")
     IS DISTINCT FROM
     (OLD."conversationId", OLD."parentId", OLD."role", OLD."deploymentId", OLD."baseSha256", OLD."adapterSha256", OLD."seed") THEN
    RAISE EXCEPTION 'Message %: its place in the tree and the weights that speak it are settled when it is made', OLD."id";
  END IF;
  IF OLD."status" IN ('COMPLETE', 'INTERRUPTED', 'FAILED')
     AND (NEW."status", NEW."content", NEW."tokenIds", NEW."logProbs") IS DISTINCT FROM (OLD."status", OLD."content", OLD."tokenIds", OLD."logProbs") THEN
    RAISE EXCEPTION 'Message % is % and cannot change; say something new as a sibling', OLD."id", OLD."status";
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "Message_no_rewrite" BEFORE UPDATE ON "Message" FOR EACH ROW EXECUTE FUNCTION "refuse_message_rewrite"();

-- Replies are compared only with replies to the same prompt.
CREATE FUNCTION "refuse_pair_of_strangers"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM "Message" WHERE "id" IN (NEW."chosenId", NEW."rejectedId") AND "parentId" = NEW."promptId" AND "role" = 'ASSISTANT') <> 2 THEN
    RAISE EXCEPTION 'PreferencePair %: % and % are not both replies to %', NEW."id", NEW."chosenId", NEW."rejectedId", NEW."promptId";
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "PreferencePair_siblings" BEFORE INSERT OR UPDATE OF "promptId", "chosenId", "rejectedId" ON "PreferencePair"
  FOR EACH ROW EXECUTE FUNCTION "refuse_pair_of_strangers"();

-- Frozen and recorded things stay as they are.
CREATE FUNCTION "refuse_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on "%" refused: its rows are written once and kept', TG_OP, TG_TABLE_NAME;
END $$;
CREATE TRIGGER "Dataset_frozen" BEFORE UPDATE OR DELETE ON "Dataset" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "DatasetPair_frozen" BEFORE UPDATE OR DELETE ON "DatasetPair" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
CREATE TRIGGER "AuditEvent_kept" BEFORE UPDATE OR DELETE ON "AuditEvent" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
