-- What each conversation says of a canary, once per metric; and when the first words of a reply could be read

-- AlterTable
ALTER TABLE "Message" ADD COLUMN     "firstTokenAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "CanaryObservation" (
    "canaryId" UUID NOT NULL,
    "metric" TEXT NOT NULL,
    "conversationId" UUID NOT NULL,
    "onArm" BOOLEAN NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "CanaryObservation_pkey" PRIMARY KEY ("canaryId","metric","conversationId")
);

-- CreateIndex
CREATE INDEX "CanaryObservation_conversationId_idx" ON "CanaryObservation"("conversationId");

-- AddForeignKey
ALTER TABLE "CanaryObservation" ADD CONSTRAINT "CanaryObservation_canaryId_fkey" FOREIGN KEY ("canaryId") REFERENCES "Canary"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CanaryObservation" ADD CONSTRAINT "CanaryObservation_conversationId_fkey" FOREIGN KEY ("conversationId") REFERENCES "Conversation"("id") ON DELETE CASCADE ON UPDATE CASCADE;
