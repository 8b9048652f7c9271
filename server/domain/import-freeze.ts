/** Freezes the lines of an import where they lie: the examples of a large file never pass through this process again. */

import { createHash } from "node:crypto";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { DatasetOrigin } from "../../prisma/generated/enums.ts";
import type { Tx } from "../db.ts";
import { HELD_OUT_SHARE, LEAST_TO_SPLIT } from "./dataset-split.ts";
import type { DataKind } from "./run-config.ts";
import type { LeftOut } from "./views.ts";

/** Hashes read in one go: a megabyte. */
const BATCH = 5_000;

export interface Staged {
  importId: string;
  kind: DataKind;
  origin: DatasetOrigin;
  name: string;
  /** Why examples of the same file are not among the lines. */
  leftOut: readonly LeftOut[];
  /** Of the Dataset that the lines were copied from. */
  guards?: Prisma.JsonValue;
}

export interface Frozen {
  id: string;
  /** False: there was one with the same content already. */
  made: boolean;
}

/**
 * Orders the lines by the hash of their content, splits them, and names the Dataset by the hash of both: the same examples
 * are one Dataset, whatever the file's order, format and packing were. Equal prompts of PROMPTS go in once.
 *
 * The split is the file's own where it names one (held out, if it says both of one prompt); elsewhere a tenth of the
 * prompts, chosen by their key, so that all examples of a prompt fall on one side.
 * @returns null when there is nothing to freeze
 */
export async function freezeStaged(tx: Tx, staged: Staged): Promise<Frozen | null> {
  const { importId, kind, origin, name } = staged;
  await stage(tx, importId, kind);
  const [counts] = await tx.$queryRaw<{ all: number; kept: number; heldOut: number }[]>`
    SELECT (SELECT count(*)::int FROM "ImportLine" WHERE "importId" = ${importId}::uuid) AS "all",
      count(*)::int AS "kept", (count(*) FILTER (WHERE side = 'HELDOUT'))::int AS "heldOut" FROM staged`;
  const { all, kept, heldOut } = counts!;
  if (kept === 0) return null;
  const sha256 = await digest(tx, `${kind} ${origin}\n`);
  const duplicates: LeftOut[] = all > kept ? [{ reason: "DUPLICATE", count: all - kept }] : [];
  const made = await tx.dataset.createManyAndReturn({
    data: {
      ...{ kind, origin, name, sha256, trainPairs: kept - heldOut, heldOutPairs: heldOut },
      leftOut: [...staged.leftOut, ...duplicates] as unknown as Prisma.InputJsonArray,
      ...(staged.guards && { guards: staged.guards }),
    },
    skipDuplicates: true,
    select: { id: true },
  });
  const dataset = made[0] ?? (await tx.dataset.findUniqueOrThrow({ where: { sha256 }, select: { id: true } }));
  if (made.length > 0) {
    await tx.$executeRaw`
      INSERT INTO "DatasetItem" ("datasetId", "ordinal", "split", "weight", "content", "source", "messageId")
      SELECT ${dataset.id}::uuid, staged.ordinal, staged.side, line."weight", line."content", line."source", line."messageId"
      FROM staged JOIN "ImportLine" line
        ON line."importId" = ${importId}::uuid AND line."number" = staged.number AND line."part" = staged.part`;
  }
  return { id: dataset.id, made: made.length > 0 };
}

/** A table of the lines that go in, with their order and side, that lives as long as the transaction. */
async function stage(tx: Tx, importId: string, kind: DataKind): Promise<void> {
  await tx.$executeRaw`CREATE TEMP TABLE staged (
    number int, part int, hash text COLLATE "C", key text COLLATE "C", given "Split", ordinal int, side "Split"
  ) ON COMMIT DROP`;
  // Of equal prompts the first is kept.
  await tx.$executeRaw`
    INSERT INTO staged (number, part, hash, key, given, ordinal)
    SELECT number, part, hash, key, given, row_number() OVER (ORDER BY hash, number, part) - 1 FROM (
      SELECT "number", "part", "hash" COLLATE "C" AS hash, "promptKey" AS key, "split" AS given,
        row_number() OVER (PARTITION BY "hash" ORDER BY "number", "part") AS copy
      FROM "ImportLine" WHERE "importId" = ${importId}::uuid
    ) AS line WHERE copy = 1 OR ${kind !== "PROMPTS"}`;
  // Where no key falls into the tenth, the first alone is held out; where all do, the last one is left to train on.
  await tx.$executeRaw`
    WITH key AS (
      SELECT key, bool_or(given = 'HELDOUT') AS held, bool_or(given IS NOT NULL) AS named,
        ('x' || left(key, 8))::bit(32)::bigint < ${HELD_OUT_SHARE}::float8 * 4294967296 AS drawn
      FROM staged GROUP BY key
    ), facts AS (
      SELECT count(*) AS keys, bool_or(named) AS named, bool_or(drawn) AS some, bool_and(drawn) AS every,
        min(key) AS first, max(key) AS last, (SELECT count(*) FROM staged) AS examples FROM key
    )
    UPDATE staged SET side = (CASE
      WHEN key.named THEN CASE WHEN key.held THEN 'HELDOUT' ELSE 'TRAIN' END
      WHEN facts.examples < ${LEAST_TO_SPLIT} OR facts.keys = 1 THEN 'TRAIN'
      WHEN facts.named THEN CASE WHEN key.drawn THEN 'HELDOUT' ELSE 'TRAIN' END
      WHEN facts.every AND key.key = facts.last THEN 'TRAIN'
      WHEN key.drawn OR (NOT facts.some AND key.key = facts.first) THEN 'HELDOUT'
      ELSE 'TRAIN' END)::"Split"
    FROM key, facts WHERE key.key = staged.key`;
  await tx.$executeRaw`CREATE INDEX ON staged (ordinal)`;
  await tx.$executeRaw`ANALYZE staged`;
}

/** As `selectItems` counts it: a line for every example. */
async function digest(tx: Tx, begin: string): Promise<string> {
  const hash = createHash("sha256").update(begin);
  for (let from = 0; ; from += BATCH) {
    const rows = await tx.$queryRaw<{ hash: string; side: string }[]>`
      SELECT hash, side FROM staged WHERE ordinal >= ${from} AND ordinal < ${from + BATCH} ORDER BY ordinal`;
    for (const row of rows) hash.update(`${row.hash} ${row.side}\n`);
    if (rows.length < BATCH) return hash.digest("hex");
  }
}
