-- What a reward model thinks of replies, by which annotators are asked first where it can hardly tell them apart.

-- CreateTable
CREATE TABLE "ReplyScore" (
    "messageId" UUID NOT NULL,
    "adapterId" UUID NOT NULL,
    "score" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ReplyScore_pkey" PRIMARY KEY ("messageId","adapterId")
);

-- CreateIndex
CREATE INDEX "ReplyScore_adapterId_idx" ON "ReplyScore"("adapterId");

-- CreateIndex
CREATE INDEX "Comparison_createdAt_id_idx" ON "Comparison"("createdAt" DESC, "id" DESC);

-- AddForeignKey
ALTER TABLE "ReplyScore" ADD CONSTRAINT "ReplyScore_messageId_fkey" FOREIGN KEY ("messageId") REFERENCES "Message"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ReplyScore" ADD CONSTRAINT "ReplyScore_adapterId_fkey" FOREIGN KEY ("adapterId") REFERENCES "Adapter"("id") ON DELETE CASCADE ON UPDATE CASCADE;
