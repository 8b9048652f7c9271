-- CreateIndex
CREATE INDEX "Run_fromAdapterId_idx" ON "Run"("fromAdapterId");

-- CreateIndex
CREATE INDEX "Run_replayDatasetId_idx" ON "Run"("replayDatasetId");

-- CreateIndex
CREATE INDEX "Run_humanDatasetId_idx" ON "Run"("humanDatasetId");

-- CreateIndex
CREATE INDEX "Deployment_adapterId_idx" ON "Deployment"("adapterId");
