-- Every training method: kinds of data, reward models and other adapters, whole models, sample replies. Rows that are there keep
-- their meaning: a Dataset is pairs of feedback, an Adapter a LoRA policy that can be served.

-- AlterEnum
ALTER TYPE "AdapterKind" ADD VALUE 'REWARD';

-- AlterEnum
ALTER TYPE "Method" ADD VALUE 'PRETRAIN';
ALTER TYPE "Method" ADD VALUE 'BEST_OF_K';
ALTER TYPE "Method" ADD VALUE 'DISTIL';
ALTER TYPE "Method" ADD VALUE 'REWARD';
ALTER TYPE "Method" ADD VALUE 'SIMPO';
ALTER TYPE "Method" ADD VALUE 'ORPO';
ALTER TYPE "Method" ADD VALUE 'KTO';
ALTER TYPE "Method" ADD VALUE 'PPO';
ALTER TYPE "Method" ADD VALUE 'GRPO';
ALTER TYPE "Method" ADD VALUE 'RLAIF';

-- AlterEnum
ALTER TYPE "PairSource" ADD VALUE 'AI';

-- CreateEnum
CREATE TYPE "DataKind" AS ENUM ('PAIRS', 'RANKINGS', 'THUMBS', 'DIALOGUES', 'PROMPTS', 'TEXTS');

-- CreateEnum
CREATE TYPE "DatasetOrigin" AS ENUM ('FEEDBACK', 'UPLOAD', 'AI');

-- CreateEnum
CREATE TYPE "Tuning" AS ENUM ('LORA', 'PROMPT', 'PREFIX', 'BOTTLENECK', 'FULL');

-- AlterTable
ALTER TABLE "Adapter" ADD COLUMN     "servable" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "tuning" "Tuning" NOT NULL DEFAULT 'LORA',
ALTER COLUMN "rank" DROP NOT NULL,
ALTER COLUMN "alpha" DROP NOT NULL;

-- AlterTable
ALTER TABLE "BaseModel" ADD COLUMN     "shape" JSONB;

-- AlterTable
ALTER TABLE "Dataset" ADD COLUMN     "kind" "DataKind" NOT NULL DEFAULT 'PAIRS',
ADD COLUMN     "name" TEXT,
ADD COLUMN     "origin" "DatasetOrigin" NOT NULL DEFAULT 'FEEDBACK';

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "aiDatasetId" UUID,
ADD COLUMN     "humanDatasetId" UUID,
ADD COLUMN     "replayDatasetId" UUID,
ADD COLUMN     "rewardAdapterId" UUID;

-- CreateTable
CREATE TABLE "DatasetItem" (
    "datasetId" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "split" "Split" NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "content" JSONB NOT NULL,
    "source" "PairSource",
    "messageId" UUID,

    CONSTRAINT "DatasetItem_pkey" PRIMARY KEY ("datasetId","ordinal")
);

-- CreateTable
CREATE TABLE "RunSample" (
    "runId" UUID NOT NULL,
    "step" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "prompt" JSONB NOT NULL,
    "reply" TEXT NOT NULL,
    "ended" BOOLEAN NOT NULL,

    CONSTRAINT "RunSample_pkey" PRIMARY KEY ("runId","step","ordinal")
);

-- CreateIndex
CREATE INDEX "DatasetItem_messageId_idx" ON "DatasetItem"("messageId");

-- CreateIndex
CREATE INDEX "Dataset_kind_origin_frozenAt_idx" ON "Dataset"("kind", "origin", "frozenAt");

-- CreateIndex
CREATE INDEX "Run_datasetId_idx" ON "Run"("datasetId");

-- CreateIndex
CREATE INDEX "Run_rewardAdapterId_idx" ON "Run"("rewardAdapterId");

-- AddForeignKey
ALTER TABLE "DatasetItem" ADD CONSTRAINT "DatasetItem_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetItem" ADD CONSTRAINT "DatasetItem_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_replayDatasetId_fkey" FOREIGN KEY ("replayDatasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_humanDatasetId_fkey" FOREIGN KEY ("humanDatasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_aiDatasetId_fkey" FOREIGN KEY ("aiDatasetId") REFERENCES "Dataset"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_rewardAdapterId_fkey" FOREIGN KEY ("rewardAdapterId") REFERENCES "Adapter"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RunSample" ADD CONSTRAINT "RunSample_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Beyond Prisma's schema language: values that make no sense, and frozen rows that stay as they are.
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_whole_model_has_no_rank" CHECK (("tuning" = 'FULL') = ("rank" IS NULL) AND ("tuning" = 'FULL') = ("alpha" IS NULL));
ALTER TABLE "Adapter" ADD CONSTRAINT "Adapter_served_is_lora" CHECK (NOT "servable" OR "tuning" = 'LORA');
ALTER TABLE "DatasetItem" ADD CONSTRAINT "DatasetItem_weight_positive" CHECK ("weight" > 0);
ALTER TABLE "RunSample" ADD CONSTRAINT "RunSample_counts" CHECK ("step" >= 0 AND "ordinal" >= 0);
CREATE TRIGGER "DatasetItem_frozen" BEFORE UPDATE OR DELETE ON "DatasetItem" FOR EACH ROW EXECUTE FUNCTION "refuse_change"();
