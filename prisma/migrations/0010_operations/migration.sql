-- CreateEnum
CREATE TYPE "Trigger" AS ENUM ('CRON', 'NEW_PAIRS', 'WIN_RATE', 'MANUAL');

-- CreateEnum
CREATE TYPE "FiringStatus" AS ENUM ('WAITING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED');

-- CreateEnum
CREATE TYPE "GateStatus" AS ENUM ('QUEUED', 'RUNNING', 'PASSED', 'UNDECIDED', 'REFUSED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "SuiteStatus" AS ENUM ('PASSED', 'FAILED', 'UNDECIDED', 'NOT_APPLICABLE', 'MISSING');

-- CreateEnum
CREATE TYPE "CheckKind" AS ENUM ('KNOWLEDGE', 'SAFETY', 'SYCOPHANCY');

-- CreateEnum
CREATE TYPE "CanaryStatus" AS ENUM ('RUNNING', 'PAUSED', 'PROMOTED', 'ROLLED_BACK');

-- AlterTable
ALTER TABLE "Conversation" ADD COLUMN     "deploymentId" UUID;

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "device" TEXT,
ADD COLUMN     "deviceSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
ADD COLUMN     "firingId" UUID,
ADD COLUMN     "judgeTokens" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "maxMinutes" INTEGER,
ADD COLUMN     "onGpu" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "stage" INTEGER,
ADD COLUMN     "tokens" BIGINT NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Adapter" ADD COLUMN     "filesDeletedAt" TIMESTAMPTZ(3),
ADD COLUMN     "importedById" UUID,
ADD COLUMN     "name" TEXT,
ADD COLUMN     "notes" TEXT NOT NULL DEFAULT '',
ADD COLUMN     "retiredAt" TIMESTAMPTZ(3),
ADD COLUMN     "source" JSONB,
ADD COLUMN     "tags" TEXT[];

-- AlterTable
ALTER TABLE "Deployment" ADD COLUMN     "endReason" JSONB,
ADD COLUMN     "gateId" UUID,
ADD COLUMN     "override" TEXT,
ADD COLUMN     "share" SMALLINT NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "Session" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "userAgent" TEXT,
    "ip" TEXT,
    "authenticatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invite" (
    "id" UUID NOT NULL,
    "tokenSha256" TEXT NOT NULL,
    "email" TEXT,
    "role" "Role" NOT NULL DEFAULT 'USER',
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "usedAt" TIMESTAMPTZ(3),
    "usedById" UUID,

    CONSTRAINT "Invite_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Schedule" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "cron" TEXT,
    "timeZone" TEXT NOT NULL DEFAULT 'UTC',
    "minNewPairs" INTEGER,
    "winRateBelow" DOUBLE PRECISION,
    "pipeline" JSONB NOT NULL,
    "quietHours" JSONB,
    "runMinutes" INTEGER,
    "monthMinutes" INTEGER,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "armedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Schedule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ScheduleFiring" (
    "id" UUID NOT NULL,
    "scheduleId" UUID NOT NULL,
    "slot" TEXT NOT NULL,
    "trigger" "Trigger" NOT NULL,
    "status" "FiringStatus" NOT NULL DEFAULT 'WAITING',
    "reason" JSONB,
    "pipeline" JSONB NOT NULL,
    "stage" INTEGER NOT NULL DEFAULT 0,
    "dueAt" TIMESTAMPTZ(3) NOT NULL,
    "firedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),
    "startedById" UUID,

    CONSTRAINT "ScheduleFiring_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Canary" (
    "id" UUID NOT NULL,
    "deploymentId" UUID NOT NULL,
    "controlId" UUID NOT NULL,
    "status" "CanaryStatus" NOT NULL DEFAULT 'RUNNING',
    "plan" JSONB NOT NULL,
    "stage" INTEGER NOT NULL DEFAULT 0,
    "stageSince" TIMESTAMPTZ(3) NOT NULL,
    "figures" JSONB,
    "state" JSONB,
    "lookedAt" TIMESTAMPTZ(3),
    "reason" JSONB,
    "automatic" BOOLEAN NOT NULL DEFAULT false,
    "startedById" UUID,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Canary_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Gate" (
    "id" UUID NOT NULL,
    "adapterId" UUID NOT NULL,
    "liveAdapterId" UUID,
    "baseModelId" UUID NOT NULL,
    "status" "GateStatus" NOT NULL DEFAULT 'QUEUED',
    "policy" JSONB NOT NULL,
    "verdict" JSONB,
    "progress" JSONB,
    "firingId" UUID,
    "requestedById" UUID,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "maxAttempts" INTEGER NOT NULL DEFAULT 3,
    "leaseOwner" TEXT,
    "leaseExpiresAt" TIMESTAMPTZ(3),
    "seed" INTEGER NOT NULL,
    "deviceSeconds" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "errorCode" TEXT,
    "error" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "startedAt" TIMESTAMPTZ(3),
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Gate_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Evaluation" (
    "gateId" UUID NOT NULL,
    "suite" TEXT NOT NULL,
    "status" "SuiteStatus" NOT NULL,
    "metrics" JSONB NOT NULL,
    "threshold" JSONB,
    "reason" JSONB NOT NULL,
    "seconds" DOUBLE PRECISION NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Evaluation_pkey" PRIMARY KEY ("gateId","suite")
);

-- CreateTable
CREATE TABLE "GateSample" (
    "gateId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "suite" TEXT NOT NULL,
    "prompt" JSONB NOT NULL,
    "candidate" TEXT NOT NULL,
    "live" TEXT NOT NULL,
    "figures" JSONB NOT NULL,
    "telling" DOUBLE PRECISION NOT NULL,
    "flipped" BOOLEAN NOT NULL,

    CONSTRAINT "GateSample_pkey" PRIMARY KEY ("gateId","ordinal")
);

-- CreateTable
CREATE TABLE "Taste" (
    "gateId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "userId" UUID NOT NULL,
    "choice" SMALLINT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Taste_pkey" PRIMARY KEY ("gateId","ordinal","userId")
);

-- CreateTable
CREATE TABLE "GateDecision" (
    "id" UUID NOT NULL,
    "gateId" UUID NOT NULL,
    "userId" UUID,
    "approved" BOOLEAN NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "GateDecision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "CheckPrompt" (
    "id" UUID NOT NULL,
    "kind" "CheckKind" NOT NULL,
    "key" TEXT,
    "prompt" JSONB NOT NULL,
    "check" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "CheckPrompt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Event" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Webhook" (
    "id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "kinds" TEXT[],
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "createdById" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deletedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" UUID NOT NULL,
    "webhookId" UUID NOT NULL,
    "eventId" BIGINT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMPTZ(3),
    "deliveredAt" TIMESTAMPTZ(3),
    "httpStatus" INTEGER,
    "error" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProcessBeat" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "startedAt" TIMESTAMPTZ(3) NOT NULL,
    "beatAt" TIMESTAMPTZ(3) NOT NULL,
    "state" JSONB NOT NULL,

    CONSTRAINT "ProcessBeat_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Session_userId_createdAt_idx" ON "Session"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Session_expiresAt_idx" ON "Session"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Invite_tokenSha256_key" ON "Invite"("tokenSha256");

-- CreateIndex
CREATE INDEX "Invite_createdAt_idx" ON "Invite"("createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Schedule_name_key" ON "Schedule"("name");

-- CreateIndex
CREATE INDEX "ScheduleFiring_status_idx" ON "ScheduleFiring"("status");

-- CreateIndex
CREATE INDEX "ScheduleFiring_scheduleId_firedAt_idx" ON "ScheduleFiring"("scheduleId", "firedAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "ScheduleFiring_scheduleId_slot_key" ON "ScheduleFiring"("scheduleId", "slot");

-- CreateIndex
CREATE UNIQUE INDEX "Canary_deploymentId_key" ON "Canary"("deploymentId");

-- CreateIndex
CREATE INDEX "Canary_status_idx" ON "Canary"("status");

-- CreateIndex
CREATE INDEX "Canary_controlId_idx" ON "Canary"("controlId");

-- CreateIndex
CREATE INDEX "Gate_adapterId_createdAt_idx" ON "Gate"("adapterId", "createdAt");

-- CreateIndex
CREATE INDEX "Gate_liveAdapterId_idx" ON "Gate"("liveAdapterId");

-- CreateIndex
CREATE INDEX "Gate_firingId_idx" ON "Gate"("firingId");

-- CreateIndex
CREATE INDEX "Gate_status_idx" ON "Gate"("status");

-- CreateIndex
CREATE INDEX "Taste_userId_idx" ON "Taste"("userId");

-- CreateIndex
CREATE INDEX "GateDecision_userId_idx" ON "GateDecision"("userId");

-- CreateIndex
CREATE UNIQUE INDEX "GateDecision_gateId_userId_key" ON "GateDecision"("gateId", "userId");

-- CreateIndex
CREATE UNIQUE INDEX "CheckPrompt_kind_key_key" ON "CheckPrompt"("kind", "key");

-- CreateIndex
CREATE INDEX "Event_at_idx" ON "Event"("at");

-- CreateIndex
CREATE INDEX "WebhookDelivery_nextAt_idx" ON "WebhookDelivery"("nextAt");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_webhookId_eventId_key" ON "WebhookDelivery"("webhookId", "eventId");

-- CreateIndex
CREATE INDEX "ProcessBeat_beatAt_idx" ON "ProcessBeat"("beatAt");

-- CreateIndex
CREATE INDEX "Run_firingId_idx" ON "Run"("firingId");

-- AddForeignKey
ALTER TABLE "Session" ADD CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invite" ADD CONSTRAINT "Invite_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invite" ADD CONSTRAINT "Invite_usedById_fkey" FOREIGN KEY ("usedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Conversation" ADD CONSTRAINT "Conversation_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduleFiring" ADD CONSTRAINT "ScheduleFiring_scheduleId_fkey" FOREIGN KEY ("scheduleId") REFERENCES "Schedule"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ScheduleFiring" ADD CONSTRAINT "ScheduleFiring_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_firingId_fkey" FOREIGN KEY ("firingId") REFERENCES "ScheduleFiring"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_importedById_fkey" FOREIGN KEY ("importedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "Gate"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Canary" ADD CONSTRAINT "Canary_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Canary" ADD CONSTRAINT "Canary_controlId_fkey" FOREIGN KEY ("controlId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Canary" ADD CONSTRAINT "Canary_startedById_fkey" FOREIGN KEY ("startedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_adapterId_fkey" FOREIGN KEY ("adapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_liveAdapterId_fkey" FOREIGN KEY ("liveAdapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_baseModelId_fkey" FOREIGN KEY ("baseModelId") REFERENCES "BaseModel"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_firingId_fkey" FOREIGN KEY ("firingId") REFERENCES "ScheduleFiring"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_requestedById_fkey" FOREIGN KEY ("requestedById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Evaluation" ADD CONSTRAINT "Evaluation_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "Gate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GateSample" ADD CONSTRAINT "GateSample_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "Gate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Taste" ADD CONSTRAINT "Taste_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "Gate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Taste" ADD CONSTRAINT "Taste_gateId_ordinal_fkey" FOREIGN KEY ("gateId", "ordinal") REFERENCES "GateSample"("gateId", "ordinal") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Taste" ADD CONSTRAINT "Taste_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GateDecision" ADD CONSTRAINT "GateDecision_gateId_fkey" FOREIGN KEY ("gateId") REFERENCES "Gate"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "GateDecision" ADD CONSTRAINT "GateDecision_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CheckPrompt" ADD CONSTRAINT "CheckPrompt_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Webhook" ADD CONSTRAINT "Webhook_createdById_fkey" FOREIGN KEY ("createdById") REFERENCES "User"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_webhookId_fkey" FOREIGN KEY ("webhookId") REFERENCES "Webhook"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_eventId_fkey" FOREIGN KEY ("eventId") REFERENCES "Event"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- What Prisma's language has no words for

CREATE UNIQUE INDEX "Canary_one_running" ON "Canary" ((true)) WHERE "status" IN ('RUNNING', 'PAUSED');
CREATE UNIQUE INDEX "Gate_one_open" ON "Gate" ("adapterId") WHERE "status" IN ('QUEUED', 'RUNNING');
-- What each arm has said, in the order it was said
CREATE INDEX "Message_arm" ON "Message" ("deploymentId", "id") WHERE "deploymentId" IS NOT NULL;

ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_share" CHECK ("share" BETWEEN 0 AND 1000 AND ("slot" <> 'default' OR "share" = 0));
ALTER TABLE "Schedule" ADD CONSTRAINT "Schedule_limits" CHECK (
  coalesce("minNewPairs", 1) > 0 AND coalesce("runMinutes", 1) > 0 AND coalesce("monthMinutes", 1) > 0
  AND coalesce("winRateBelow", 0.5) BETWEEN 0 AND 1);
ALTER TABLE "ScheduleFiring" ADD CONSTRAINT "ScheduleFiring_over" CHECK (("finishedAt" IS NOT NULL) = ("status" IN ('SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED')));
ALTER TABLE "Run" ADD CONSTRAINT "Run_stage_of_a_firing" CHECK (("firingId" IS NULL) = ("stage" IS NULL));
ALTER TABLE "Run" ADD CONSTRAINT "Run_costs" CHECK ("deviceSeconds" >= 0 AND "tokens" >= 0 AND "judgeTokens" >= 0);
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_over" CHECK (("finishedAt" IS NOT NULL) = ("status" NOT IN ('QUEUED', 'RUNNING')));
ALTER TABLE "Gate" ADD CONSTRAINT "Gate_lease" CHECK ("leaseOwner" IS NULL OR "status" = 'RUNNING');
ALTER TABLE "Canary" ADD CONSTRAINT "Canary_over" CHECK (("endedAt" IS NOT NULL) = ("status" IN ('PROMOTED', 'ROLLED_BACK')));
ALTER TABLE "Taste" ADD CONSTRAINT "Taste_choice" CHECK ("choice" IN (-1, 0, 1));
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_retired" CHECK (("retiredAt" IS NOT NULL) = ("status" = 'RETIRED'));
