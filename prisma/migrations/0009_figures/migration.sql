-- Figures about everything there is take seconds on half a year's data, so they are worked out on the side and kept.

-- CreateTable
CREATE TABLE "Figures" (
    "key" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "size" INTEGER NOT NULL,
    "tookMs" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Figures_pkey" PRIMARY KEY ("key")
);
