// Which base model is served: the starter, a GGUF file by path, or one fetched by its `hf:` name.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { BaseModelFacts } from "../../prisma/seed.ts";
import { GgufError } from "../../server/gguf/format.ts";
import { readString } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import { validateBase } from "../../server/gguf/validate.ts";
import { readJson } from "../start/lock.mjs";
import { StartError } from "../start/report.mjs";
import { writePrivately } from "./home.ts";

const STARTER = "models/starter.gguf";
const SILENCE_LIMIT_MS = 60_000;

export interface ResolvedModel {
  /** Absolute path of the GGUF file. */
  path: string;
  facts: BaseModelFacts;
}

interface ModelContext {
  root: string;
  /** Where fetched models are kept. */
  folder: string;
  say: (text: string) => void;
}

/**
 * Finds the file that a HONE_MODEL setting names, fetching it if need be, and checks that it can be served.
 * @throws StartError MODEL_MISSING, MODEL_INVALID or MODEL_DOWNLOAD
 */
export async function resolveModel(setting: string, context: ModelContext): Promise<ResolvedModel> {
  const file = setting.startsWith("hf:") ? await fetchModel(setting, context) : path.resolve(context.root, setting);
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new StartError(
      "MODEL_MISSING",
      setting === STARTER
        ? `The starter model ${file} is missing. Get it back with \`git checkout ${STARTER}\`, or set HONE_MODEL.`
        : `HONE_MODEL names ${file}, and there is no such file. Give the path of a GGUF file or hf:owner/repo/file.gguf, or leave it out for the starter model.`,
    );
  }
  return { path: file, facts: await knownFacts(file, context) };
}

/** Hashing and checking a large model takes a while, so what was found is kept until the file changes. */
async function knownFacts(file: string, { folder, say }: ModelContext): Promise<BaseModelFacts> {
  const { size, mtimeMs } = fs.statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  const kept = path.join(folder, "known.json");
  const known = readJson<Record<string, BaseModelFacts>>(kept) ?? {};
  // An earlier version kept no widths.
  if (known[key]?.shape) return known[key];
  if (size > 2 ** 30) say(`Checking ${path.basename(file)} (${megabytes(size)} MB)`);
  const facts = await readFacts(file);
  fs.mkdirSync(folder, { recursive: true });
  writePrivately(kept, JSON.stringify({ ...known, [key]: facts }));
  return facts;
}

async function readFacts(file: string): Promise<BaseModelFacts> {
  try {
    const gguf = openGguf(file);
    try {
      const { architecture, contextLength, ...config } = validateBase(gguf);
      const { layers, width, heads, kvHeads, headWidth, feedForward, vocabulary, tiedEmbeddings } = config;
      const shape = { layers, width, heads, kvHeads, headWidth, feedForward, vocabulary, tiedEmbeddings };
      const name = readString(gguf, "general.name") ?? path.basename(file, ".gguf");
      const parameters = [...gguf.tensors.values()].reduce((sum, tensor) => sum + tensor.elements, 0);
      return { name, sha256: await sha256Of(file), architecture, parameters, contextLength, shape };
    } finally {
      gguf.close();
    }
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    throw new StartError(
      "MODEL_INVALID",
      `The model cannot be served. ${error.message} Set HONE_MODEL to a GGUF file of a Llama, Qwen2 or Qwen3 chat model.`,
    );
  }
}

/** Downloads once; a broken-off download goes on where it stopped. */
async function fetchModel(name: string, { folder, say }: ModelContext): Promise<string> {
  if (!/^hf:[^/\s]+\/[^/\s]+\/\S+\.gguf$/.test(name)) {
    throw new StartError("BAD_SETTING", `HONE_MODEL=${name} is not of the form hf:owner/repo/file.gguf.`);
  }
  const kept = path.join(folder, name.slice(3).replaceAll("/", "--"));
  if (fs.existsSync(kept)) return kept;
  say(`Fetching ${name}`);
  try {
    const file = await Promise.race([download(name, kept, say), silence()]);
    say(`Fetched ${path.basename(file)}, sha256 ${await sha256Of(file)}`);
    return file;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      "MODEL_DOWNLOAD",
      `${name} could not be fetched: ${reason}. Check the name and the network, or download the file yourself and give its path.`,
    );
  }
}

/** Set when the first bytes of a download arrive. */
let bytesSeen = false;

async function download(name: string, target: string, say: (text: string) => void): Promise<string> {
  const { createModelDownloader } = await import("node-llama-cpp");
  let told = Date.now();
  const downloader = await createModelDownloader({
    modelUri: name,
    dirPath: path.dirname(target),
    fileName: path.basename(target),
    showCliProgress: process.stdout.isTTY,
    onProgress: ({ downloadedSize, totalSize }) => {
      bytesSeen ||= downloadedSize > 0;
      if (process.stdout.isTTY || Date.now() - told < 10_000) return;
      told = Date.now();
      say(`  ${megabytes(downloadedSize)} of ${megabytes(totalSize)} MB`);
    },
  });
  return downloader.download();
}

/** Without a network the downloader tries again and again and says nothing; a start must not wait for that. */
async function silence(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, SILENCE_LIMIT_MS));
  if (bytesSeen) return new Promise(() => {});
  throw new Error(`no byte arrived in ${SILENCE_LIMIT_MS / 1000} s`);
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
