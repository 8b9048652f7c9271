-- A stage of a firing is one Run, whoever makes it.
CREATE UNIQUE INDEX "Run_one_per_stage" ON "Run" ("firingId", "stage") WHERE "firingId" IS NOT NULL;
