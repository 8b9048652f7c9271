/** Adapters: their rows, and their files under HONE_HOME. */

import { stat } from "node:fs/promises";
import path from "node:path";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { AdapterKind, AdapterStatus } from "../../prisma/generated/enums.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { metricsSchema } from "./json.ts";
import { PERSON } from "./select.ts";
import { importSourceSchema } from "./views/registry.ts";
import type { AdapterView, RewardFigures } from "./views.ts";

interface Shelf {
  db: Db;
  env: Pick<Env, "HONE_HOME">;
}

/** What a run leaves in its result's folder: for llama.cpp, for the trainer, and for everyone else's tools. */
const ADAPTER_FILES = [
  "adapter.gguf",
  "adapter.safetensors",
  "model.gguf",
  "adapter_config.json",
  "adapter_model.safetensors",
] as const;

const ROW = {
  madeBy: { select: { id: true }, orderBy: { createdAt: "asc" }, take: 1 },
  deployments: { where: { deactivatedAt: null }, select: { id: true }, take: 1 },
  importedBy: PERSON,
  _count: { select: { flags: { where: { runId: null } } } },
} as const satisfies Prisma.AdapterInclude;

type Row = Prisma.AdapterGetPayload<{ include: typeof ROW }>;

/** Absolute path of an adapter.gguf, as the inference process wants it. */
export const adapterPath = (env: Pick<Env, "HONE_HOME">, relative: string) => path.resolve(env.HONE_HOME, relative);

export interface AdapterFilter {
  kind?: AdapterKind;
  status?: AdapterStatus;
  tag?: string;
  /** In hash, name, notes and tags. */
  search?: string;
}

const MOST = 500;

/** Newest first. */
export async function listAdapters({ db, env }: Shelf, filter: AdapterFilter = {}): Promise<AdapterView[]> {
  const rows = await db.adapter.findMany({
    where: whereOf(filter),
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: MOST,
    include: ROW,
  });
  return Promise.all(rows.map((row) => view(row, env)));
}

function whereOf({ kind, status, tag, search }: AdapterFilter): Prisma.AdapterWhereInput {
  // What LIKE reads as a pattern is meant as it stands.
  const words = (search ?? "").split(/\s+/).flatMap((word) => word.replace(/[\\%_]/g, "\\$&") || []);
  return {
    ...{ kind, status },
    ...(tag && { tags: { has: tag } }),
    // Every word somewhere.
    AND: words.map((word) => ({
      OR: [
        { sha256: { startsWith: word.toLowerCase() } },
        { name: { contains: word, mode: "insensitive" } },
        { notes: { contains: word, mode: "insensitive" } },
        { tags: { has: word.toLowerCase() } },
      ],
    })),
  };
}

export async function getAdapter({ db, env }: Shelf, id: string): Promise<AdapterView> {
  const row = await db.adapter.findUnique({ where: { id }, include: ROW });
  if (!row) throw notFound("adapter");
  return view(row, env);
}

async function view(row: Row, env: Pick<Env, "HONE_HOME">): Promise<AdapterView> {
  const { id, sha256, kind, tuning, servable, status, rank, alpha, bytes, createdAt, baseModelId } = row;
  const { name, notes, tags, importedBy, retiredAt, filesDeletedAt } = row;
  const metrics = metricsSchema.parse(row.metrics);
  return {
    id,
    sha256,
    kind,
    tuning,
    servable,
    status,
    rank,
    alpha,
    bytes: Number(bytes),
    createdAt,
    runId: row.madeBy[0]?.id ?? null,
    baseModelId,
    flags: row._count.flags,
    metrics,
    reward: kind === "REWARD" ? rewardFigures(metrics) : null,
    live: row.deployments.length > 0,
    ...{ name, notes, tags, importedBy, retiredAt, filesDeletedAt },
    source: row.source === null ? null : importSourceSchema.parse(row.source),
    files: await filesOf(path.dirname(adapterPath(env, row.path))),
  };
}

const CALIBRATION_BINS = 10;

/** What a reward model's run measured, put together from its figures. */
export function rewardFigures(metrics: Record<string, number>): RewardFigures | null {
  const [pairs, accuracy, margin] = ["pairs", "accuracy", "margin"].map((name) => metrics[`heldout/${name}`]);
  if (!pairs || accuracy === undefined || margin === undefined) return null;
  const bins = Array.from({ length: CALIBRATION_BINS }, (_, bin) => {
    const figure = (name: string) => metrics[`calibration/${bin}/${name}`];
    const [predicted, observed, count] = [figure("predicted"), figure("observed"), figure("count")];
    return predicted === undefined || observed === undefined || !count ? [] : [{ bin, predicted, observed, count }];
  });
  return { pairs, accuracy, margin, calibration: bins.flat() };
}

async function filesOf(folder: string): Promise<{ name: string; bytes: number }[]> {
  const found = await Promise.all(
    ADAPTER_FILES.map(async (name) => {
      const file = await stat(path.join(folder, name)).catch(() => null);
      return file?.isFile() ? [{ name, bytes: file.size }] : [];
    }),
  );
  return found.flat();
}

/**
 * Where a file of an adapter lies. The name must be one that we write, so no path can be smuggled in.
 * @throws AppError NOT_FOUND for other names and ids, ADAPTER_MISSING when the file is gone
 */
export async function adapterFile(
  { db, env }: Shelf,
  id: string,
  name: string,
): Promise<{ path: string; bytes: number; sha256: string }> {
  const known = ADAPTER_FILES.find((candidate) => candidate === name);
  const row = await db.adapter.findUnique({ where: { id }, select: { path: true, sha256: true } });
  if (!known || !row) throw notFound("adapter file");
  const file = path.join(path.dirname(adapterPath(env, row.path)), known);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) {
    throw new AppError("ADAPTER_MISSING", `${known} of adapter ${row.sha256.slice(0, 8)} is not on disk any more.`);
  }
  return { path: file, bytes: found.size, sha256: row.sha256 };
}
