/** Private data in a Dataset: what a scan finds, and a new Dataset without it. */

import { createHash } from "node:crypto";
import { Prisma } from "../../prisma/generated/client.ts";
import type { Db, Tx } from "../db.ts";
import { AppError, notFound } from "../errors.ts";
import { recordAudit } from "./audit.ts";
import { type DatasetExample, exampleBatches } from "./dataset-examples.ts";
import { DATASET_SUMMARY, viewDataset } from "./dataset-read.ts";
import { textsOf, withTexts } from "./dataset-texts.ts";
import { type Frozen, freezeStaged } from "./import-freeze.ts";
import { insertLines } from "./import-lines.ts";
import { leftOutSchema } from "./json.ts";
import { findPii, redact, replacementOf } from "./pii.ts";
import type { DatasetSummary, LeftOut, LeftOutReason, PiiFinding, PiiKind, PiiReport } from "./views.ts";

/** Findings that are shown; the counts are of all. */
const SHOWN = 200;
/** Characters of context on either side. */
const AROUND = 40;
/** A million examples are copied in less. */
const REDACTING_MS = 60 * 60_000;

/** @throws AppError NOT_FOUND */
export async function scanDataset(db: Db, id: string): Promise<PiiReport> {
  const dataset = await datasetOf(db, id);
  const report: PiiReport = { examples: 0, affected: 0, byKind: [], findings: [] };
  const counts = new Map<PiiKind, number>();
  for await (const batch of exampleBatches(db, dataset)) {
    for (const example of batch) {
      const findings = findingsOf(example);
      report.examples++;
      if (findings.length > 0) report.affected++;
      for (const { kind } of findings) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      report.findings.push(...findings.slice(0, SHOWN - report.findings.length));
    }
  }
  report.byKind = [...counts].map(([kind, count]) => ({ kind, count })).sort((a, b) => b.count - a.count);
  return report;
}

function findingsOf({ ordinal, content }: DatasetExample): PiiFinding[] {
  return textsOf(content).flatMap(({ field, text }) =>
    findPii(text).map(({ kind, start, end }) => {
      const replacement = replacementOf(kind);
      const [before, after] = [text.slice(Math.max(0, start - AROUND), start), text.slice(end, end + AROUND)];
      const context = `${before}${replacement}${after}`.toWellFormed();
      return { ordinal, field, kind, start, end, context, replacement };
    }),
  );
}

export interface Redaction {
  id: string;
  kinds: readonly PiiKind[];
  name?: string;
  /** Ordinals of examples to leave as they are. */
  keep: readonly number[];
}

/**
 * A new Dataset in which findings of these kinds are replaced; the old one stays. Sides of the split, sources, weights and the
 * raters behind each example are the old one's, so that nothing leaks and an erasure finds everything. What says nothing any more once
 * it is redacted (two replies that are the same text now) is left out, and so is what was opted out of training since.
 * @throws AppError NOT_FOUND, NOTHING_TO_TRAIN_ON when nothing is left
 */
export async function redactDataset(
  db: Db,
  actorId: string,
  { id, kinds, name, keep }: Redaction,
): Promise<DatasetSummary> {
  const dataset = await datasetOf(db, id);
  return db.$transaction(
    async (tx) => {
      const importId = await stagingOf(tx, dataset, kinds);
      const { redacted, emptied, optedOut } = await copyRedacted(tx, dataset, { importId, kinds, keep: new Set(keep) });
      const frozen = await freezeStaged(tx, {
        ...{
          importId,
          kind: dataset.kind,
          origin: dataset.origin,
          name: name ?? `${dataset.name ?? "Dataset"}, redacted`,
        },
        guards: dataset.guards,
        leftOut: plus(leftOutSchema.parse(dataset.leftOut), { SAME_TEXT: emptied, OPTED_OUT: optedOut }),
      });
      if (!frozen) throw new AppError("NOTHING_TO_TRAIN_ON", "Nothing is left of the Dataset once it is redacted.");
      if (frozen.made) await copyRaters(tx, dataset.id, frozen);
      await tx.import.delete({ where: { id: importId } });
      await recordAudit(tx, {
        actorId,
        action: "dataset.redact",
        subject: `Dataset:${frozen.id}`,
        after: { from: dataset.id, kinds: [...kinds], redacted, kept: keep.length },
      });
      return viewDataset(await tx.dataset.findUniqueOrThrow({ where: { id: frozen.id }, ...DATASET_SUMMARY }));
    },
    { maxWait: 60_000, timeout: REDACTING_MS },
  );
}

const datasetOf = async (db: Db, id: string) =>
  (await db.dataset.findUnique({ where: { id } })) ?? Promise.reject(notFound("dataset"));
type Source = Awaited<ReturnType<typeof datasetOf>>;

/** A row for the lines to hang on, which nobody sees: it is gone when the transaction ends. */
async function stagingOf(tx: Tx, { sha256, kind }: Source, kinds: readonly PiiKind[]): Promise<string> {
  const name = createHash("sha256")
    .update(JSON.stringify([sha256, kinds, Math.random()]))
    .digest("hex");
  const data = { sha256: name, format: "hone", kind, name: "redaction", bytes: 0, problems: [] };
  return (await tx.import.create({ data, select: { id: true } })).id;
}

async function copyRedacted(
  tx: Tx,
  dataset: Source,
  { importId, kinds, keep }: { importId: string; kinds: readonly PiiKind[]; keep: ReadonlySet<number> },
): Promise<{ redacted: number; emptied: number; optedOut: number }> {
  const counts = { redacted: 0, emptied: 0, optedOut: 0 };
  for await (const batch of exampleBatches(tx, dataset)) {
    const unwanted = await optedOutAmong(tx, batch);
    const rows = batch.flatMap((example) => {
      const { ordinal, split, source, messageId, weight } = example;
      if (messageId !== null && unwanted.has(messageId)) {
        counts.optedOut++;
        return [];
      }
      const old = "weight" in example.content ? { ...example.content, weight } : example.content;
      const content = keep.has(ordinal) ? old : withTexts(old, (_, text) => redact(text, findPii(text, kinds)));
      if (content !== old && JSON.stringify(content) !== JSON.stringify(old)) counts.redacted++;
      if ("chosen" in content && content.chosen.content === content.rejected.content) {
        counts.emptied++;
        return [];
      }
      const json = JSON.stringify(content);
      return [{ content, split, messageId, number: ordinal, part: 0, json, ...(source && { source }) }];
    });
    await insertLines(tx, importId, rows);
  }
  return counts;
}

async function optedOutAmong(tx: Tx, batch: readonly DatasetExample[]): Promise<Set<string>> {
  const ids = batch.flatMap(({ messageId }) => messageId ?? []);
  const optedOut = [{ trainingOptOut: true }, { user: { trainingOptOut: true } }];
  const where = { id: { in: ids }, conversation: { OR: optedOut } };
  return new Set((await tx.message.findMany({ where, select: { id: true } })).map(({ id }) => id));
}

/** Counts of the same reason are one. */
function plus(leftOut: readonly LeftOut[], more: Partial<Record<LeftOutReason, number>>): LeftOut[] {
  const counts = new Map(leftOut.map(({ reason, count }) => [reason, count]));
  for (const [reason, count] of Object.entries(more) as [LeftOutReason, number][])
    if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].map(([reason, count]) => ({ reason, count }));
}

/** Line numbers are the old ordinals. */
async function copyRaters(tx: Tx, from: string, to: Frozen): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO "DatasetRater" ("datasetId", "ordinal", "raterId")
    SELECT ${to.id}::uuid, staged.ordinal, rater."raterId" FROM staged
    JOIN "DatasetRater" rater ON rater."datasetId" = ${from}::uuid AND rater."ordinal" = staged.number`);
}
