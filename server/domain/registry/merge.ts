/** Adapter and base as one GGUF file: made by a child process when somebody asks, kept for a day, and told about in a small file beside it. */

import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Env } from "../../env.ts";
import { AppError, notFound } from "../../errors.ts";
import { logger } from "../../log.ts";
import type { Services } from "../../services.ts";
import { doWeightsWork, type MergedFile, WeightsRefused } from "../../weights-work.ts";
import { adapterFile } from "../adapter.ts";
import { recordAudit } from "../audit.ts";
import { activeDeployment } from "../live.ts";
import { MERGE_TYPES, type MergeType, type MergeView } from "../views/registry.ts";
import { sentenceSchema } from "../views/sentence.ts";
import { GGUF_NAME } from "./incoming.ts";

type Shelf = Pick<Services, "db" | "env">;
type Home = Pick<Env, "HONE_HOME">;

interface Wanted {
  id: string;
  type: MergeType;
}

/** What the small file says. */
const stateSchema = z.discriminatedUnion("state", [
  z.object({ state: z.literal("RUNNING"), done: z.number() }),
  z.object({ state: z.literal("DONE"), bytes: z.number(), sha256: z.string() }),
  z.object({ state: z.literal("FAILED"), reason: sentenceSchema }),
]);
type State = z.output<typeof stateSchema>;

/** Whoever makes a file shows every so often that it still does. */
const SIGN_MS = 5_000;
const GONE_MS = 30_000;
const KEPT_MS = 24 * 60 * 60_000;
/** Progress is for people's eyes. */
const TELL_MS = 300;

const shelf = ({ HONE_HOME }: Home) => path.join(HONE_HOME, "merged");
const fileOf = (home: Home, sha256: string, type: MergeType) => path.join(shelf(home), `${sha256}-${type}.gguf`);
const noteOf = (home: Home, sha256: string, type: MergeType) => path.join(shelf(home), `${sha256}-${type}.json`);

/** @throws AppError NOT_FOUND */
export async function mergeState({ db, env }: Shelf, { id, type }: Wanted): Promise<MergeView> {
  const adapter = await db.adapter.findUnique({ where: { id }, select: { sha256: true } });
  if (!adapter) throw notFound("adapter");
  return stateOf(env, adapter.sha256, type);
}

async function stateOf(home: Home, sha256: string, type: MergeType): Promise<MergeView> {
  const note = noteOf(home, sha256, type);
  const [text, found] = await Promise.all([readFile(note, "utf8").catch(() => null), stat(note).catch(() => null)]);
  if (text === null || !found) return { state: "NONE" };
  const state = stateSchema.safeParse(parsed(text)).data;
  if (!state) return { state: "NONE" };
  if (state.state === "RUNNING" && Date.now() - found.mtimeMs > GONE_MS) return { state: "NONE" };
  if (state.state === "DONE" && !(await stat(fileOf(home, sha256, type)).catch(() => null))) return { state: "NONE" };
  return state;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Just begun, and not written yet.
    return { state: "RUNNING", done: 0 };
  }
}

/** Merges that this process makes just now, by their file. */
const making = new Map<string, Promise<void>>();

/**
 * Begins to make the file; does nothing where it is there or somebody makes it.
 * @throws AppError NOT_FOUND, NOT_SERVABLE for what is no change of the base's weights, BASE_MISMATCH, ADAPTER_MISSING
 */
export async function startMerge(services: Shelf, actorId: string, { id, type }: Wanted): Promise<MergeView> {
  const { db, env } = services;
  const adapter = await db.adapter.findUnique({ where: { id }, include: { baseModel: true } });
  if (!adapter) throw notFound("adapter");
  if (!adapter.servable)
    throw new AppError("NOT_SERVABLE", "Only a LoRA policy is a change of the base's weights; choose another adapter.");
  const live = await activeDeployment(db);
  if (live.baseModelId !== adapter.baseModelId)
    throw new AppError(
      "BASE_MISMATCH",
      `This adapter belongs to ${adapter.baseModel.name}, whose file is not the one served here; set HONE_MODEL to it.`,
    );
  const { path: adapterPath } = await adapterFile(services, id, GGUF_NAME);
  const { sha256 } = adapter;
  const note = noteOf(env, sha256, type);
  // The lock lets one of several processes make the file; what failed, or was left by one that is gone, gives way.
  const there = await db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtext('merge'), hashtext(${path.basename(note)}))::text`;
    const state = await stateOf(env, sha256, type);
    if (state.state === "RUNNING" || state.state === "DONE") return state;
    await recordAudit(tx, { actorId, action: "adapter.merge", subject: `Adapter:${id}`, after: { sha256, type } });
    await mkdir(path.dirname(note), { recursive: true });
    await writeFile(note, JSON.stringify(BEGUN));
    return null;
  });
  if (there) return there;
  const out = fileOf(env, sha256, type);
  const work = make({ note, out, base: path.resolve(env.HONE_MODEL), adapterPath, type });
  making.set(out, work);
  void work.finally(() => making.delete(out));
  return BEGUN;
}

const BEGUN = { state: "RUNNING", done: 0 } as const satisfies State;

/** Resolves when this process makes no merged model any more. */
export const mergesDone = async (): Promise<void> => void (await Promise.all(making.values()));

interface Making {
  note: string;
  out: string;
  base: string;
  adapterPath: string;
  type: MergeType;
}

async function make({ note, out, base, adapterPath, type }: Making): Promise<void> {
  const tell = teller(note);
  const sign = setInterval(() => void utimes(note, new Date(), new Date()).catch(() => {}), SIGN_MS);
  sign.unref();
  let end: State;
  try {
    const made: MergedFile = await doWeightsWork(
      { kind: "MERGE", base, adapter: adapterPath, out, type },
      { onProgress: (done) => tell.soon({ state: "RUNNING", done }) },
    );
    end = { state: "DONE", bytes: made.bytes, sha256: made.sha256 };
  } catch (error) {
    if (!(error instanceof WeightsRefused)) logger("registry").error({ err: error }, "a model could not be merged");
    const detail = error instanceof Error ? error.message : String(error);
    end = { state: "FAILED", reason: { area: "registry", code: "MERGE_FAILED", values: { detail } } };
  } finally {
    clearInterval(sign);
  }
  tell.now(end);
  await tell.done();
}

/** Writes the note whole, one after another, and not too often. */
function teller(note: string) {
  let writing = Promise.resolve();
  let told = 0;
  const now = (state: State) => {
    told = Date.now();
    writing = writing.then(async () => {
      await writeFile(`${note}.part`, JSON.stringify(state));
      await rename(`${note}.part`, note);
    });
  };
  return {
    now,
    soon: (state: State) => (Date.now() - told > TELL_MS ? now(state) : undefined),
    done: () => writing.catch((error) => logger("registry").error({ err: error }, "a merge could not be noted")),
  };
}

/** Where a finished one lies. @throws AppError NOT_FOUND */
export async function mergedFile({ db, env }: Shelf, { id, type }: { id: string; type: string }) {
  const known = MERGE_TYPES.find((one) => one === type);
  const adapter = await db.adapter.findUnique({ where: { id }, select: { sha256: true } });
  if (!adapter || !known) throw notFound("merged model");
  const state = await stateOf(env, adapter.sha256, known);
  if (state.state !== "DONE") throw notFound("merged model");
  return { path: fileOf(env, adapter.sha256, known), bytes: state.bytes, sha256: adapter.sha256 };
}

/** Takes away what was asked for more than a day ago. */
export async function sweepMerged(home: Home, now: Date): Promise<void> {
  for (const name of await readdir(shelf(home)).catch(() => [])) {
    const file = path.join(shelf(home), name);
    const found = await stat(file).catch(() => null);
    if (found && now.getTime() - found.mtimeMs > KEPT_MS) await rm(file, { force: true });
  }
}
