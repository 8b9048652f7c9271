-- What keeps watch over arms that no canary moves, by the same words of conversations, which are now kept under the arm they are about

-- CreateTable
CREATE TABLE "ArmWatch" (
    "deploymentId" UUID NOT NULL,
    "controlId" UUID NOT NULL,
    "state" JSONB NOT NULL,
    "lookedAt" TIMESTAMPTZ(3),
    "endedAt" TIMESTAMPTZ(3),

    CONSTRAINT "ArmWatch_pkey" PRIMARY KEY ("deploymentId")
);

-- CreateIndex
CREATE INDEX "ArmWatch_controlId_idx" ON "ArmWatch"("controlId");

-- AddForeignKey
ALTER TABLE "ArmWatch" ADD CONSTRAINT "ArmWatch_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ArmWatch" ADD CONSTRAINT "ArmWatch_controlId_fkey" FOREIGN KEY ("controlId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AlterTable: what was heard stays, under the arm of its canary
ALTER TABLE "CanaryObservation" RENAME TO "ArmObservation";
ALTER TABLE "ArmObservation" ADD COLUMN "deploymentId" UUID;
UPDATE "ArmObservation" heard SET "deploymentId" = canary."deploymentId" FROM "Canary" canary WHERE canary."id" = heard."canaryId";
ALTER TABLE "ArmObservation" DROP COLUMN "canaryId", ALTER COLUMN "deploymentId" SET NOT NULL;
ALTER TABLE "ArmObservation" ADD CONSTRAINT "ArmObservation_pkey" PRIMARY KEY ("deploymentId", "metric", "conversationId");
ALTER INDEX "CanaryObservation_conversationId_idx" RENAME TO "ArmObservation_conversationId_idx";
ALTER TABLE "ArmObservation" RENAME CONSTRAINT "CanaryObservation_conversationId_fkey" TO "ArmObservation_conversationId_fkey";

-- AddForeignKey
ALTER TABLE "ArmObservation" ADD CONSTRAINT "ArmObservation_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
