/** Adapters: their rows, and their files under HONE_HOME. */

import { stat } from "node:fs/promises";
import path from "node:path";
import type { Prisma } from "../../prisma/generated/client.ts";
import type { Db } from "../db.ts";
import type { Env } from "../env.ts";
import { AppError, notFound } from "../errors.ts";
import { metricsSchema } from "./json.ts";
import type { AdapterView } from "./views.ts";

interface Shelf {
  db: Db;
  env: Pick<Env, "HONE_HOME">;
}

/** What a run leaves in an adapter's folder: for llama.cpp, and for everyone else's tools. */
const ADAPTER_FILES = ["adapter.gguf", "adapter_config.json", "adapter_model.safetensors"] as const;

const ROW = {
  madeBy: { select: { id: true }, orderBy: { createdAt: "asc" }, take: 1 },
  deployments: { where: { deactivatedAt: null }, select: { id: true }, take: 1 },
} as const satisfies Prisma.AdapterInclude;

type Row = Prisma.AdapterGetPayload<{ include: typeof ROW }>;

/** Absolute path of an adapter.gguf, as the inference process wants it. */
export const adapterPath = (env: Pick<Env, "HONE_HOME">, relative: string) => path.resolve(env.HONE_HOME, relative);

export async function listAdapters({ db, env }: Shelf): Promise<AdapterView[]> {
  const rows = await db.adapter.findMany({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: 500,
    include: ROW,
  });
  return Promise.all(rows.map((row) => view(row, env)));
}

export async function getAdapter({ db, env }: Shelf, id: string): Promise<AdapterView> {
  const row = await db.adapter.findUnique({ where: { id }, include: ROW });
  if (!row) throw notFound("adapter");
  return view(row, env);
}

async function view(row: Row, env: Pick<Env, "HONE_HOME">): Promise<AdapterView> {
  const { id, sha256, kind, status, rank, alpha, bytes, createdAt, baseModelId } = row;
  return {
    id,
    sha256,
    kind,
    status,
    rank,
    alpha,
    bytes: Number(bytes),
    createdAt,
    runId: row.madeBy[0]?.id ?? null,
    baseModelId,
    metrics: metricsSchema.parse(row.metrics),
    live: row.deployments.length > 0,
    files: await filesOf(path.dirname(adapterPath(env, row.path))),
  };
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
 * Where a file of an adapter lies. The name must be one of the three we write, so no path can be smuggled in.
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
