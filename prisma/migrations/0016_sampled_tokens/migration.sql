-- What a Run had sampled, beside what it learned from

-- AlterTable
ALTER TABLE "Run" ADD COLUMN     "sampledTokens" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "Run" ADD CONSTRAINT "Run_sampled" CHECK ("sampledTokens" >= 0);
