-- AlterTable
ALTER TABLE "Import" ADD COLUMN     "received" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "linesRead" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "leaseExpiresAt" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "ImportLine" ADD COLUMN     "promptKey" TEXT NOT NULL,
ADD COLUMN     "weight" DOUBLE PRECISION NOT NULL DEFAULT 1,
ADD COLUMN     "split" "Split",
ADD COLUMN     "source" "PairSource",
ADD COLUMN     "messageId" UUID;


-- What Prisma's schema cannot say.

ALTER TABLE "Import" ADD CONSTRAINT "Import_received" CHECK ("received" BETWEEN 0 AND "bytes" AND "linesRead" >= 0);
ALTER TABLE "ImportLine" ADD CONSTRAINT "ImportLine_weight" CHECK ("weight" > 0 AND "weight" < 'Infinity');

-- A Dataset stays as it was frozen, but its statistics are worked out later, once.
CREATE FUNCTION "refuse_dataset_change"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('hone.erasing', true) = 'on' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD."statistics" IS NULL
    AND to_jsonb(NEW) - 'statistics' = to_jsonb(OLD) - 'statistics' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% on "%" refused: its rows are written once and kept', TG_OP, TG_TABLE_NAME;
END $$;
DROP TRIGGER "Dataset_frozen" ON "Dataset";
CREATE TRIGGER "Dataset_frozen" BEFORE UPDATE OR DELETE ON "Dataset" FOR EACH ROW EXECUTE FUNCTION "refuse_dataset_change"();
