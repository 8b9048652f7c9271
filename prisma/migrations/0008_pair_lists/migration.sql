-- CreateIndex
CREATE INDEX "PreferencePair_createdAt_id_idx" ON "PreferencePair"("createdAt" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "PreferencePair_source_createdAt_id_idx" ON "PreferencePair"("source", "createdAt" DESC, "id" DESC);
