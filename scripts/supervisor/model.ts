// Which base model is served: the starter, a GGUF file by path, or one fetched by its `hf:` name.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { StartError } from "../start/report.mjs";

const STARTER = "models/starter.gguf";

interface ModelContext {
  root: string;
  /** Where fetched models are kept. */
  folder: string;
  say: (text: string) => void;
}

/**
 * The absolute path of the GGUF file that a HONE_MODEL setting names.
 * @throws StartError MODEL_MISSING, MODEL_INVALID or MODEL_DOWNLOAD
 */
export async function resolveModel(setting: string, context: ModelContext): Promise<string> {
  const file = setting.startsWith("hf:") ? await fetchModel(setting, context) : path.resolve(context.root, setting);
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new StartError(
      "MODEL_MISSING",
      setting === STARTER
        ? `The starter model ${file} is missing. Get it back with \`git checkout ${STARTER}\`, or set HONE_MODEL.`
        : `HONE_MODEL names ${file}, and there is no such file. Give the path of a GGUF file or hf:owner/repo/file.gguf, or leave it out for the starter model.`,
    );
  }
  checkMagic(file);
  return file;
}

/** The first bytes tell a GGUF file from a web page saved under its name. Serving checks everything else. */
function checkMagic(file: string): void {
  const head = Buffer.alloc(4);
  const handle = fs.openSync(file, "r");
  fs.readSync(handle, head, 0, 4, 0);
  fs.closeSync(handle);
  if (head.toString("latin1") === "GGUF") return;
  throw new StartError(
    "MODEL_INVALID",
    `${file} is not a GGUF file: it begins with ${JSON.stringify(head.toString("latin1"))}. Set HONE_MODEL to a GGUF file of a Llama, Qwen2 or Qwen3 model.`,
  );
}

/** Downloads once; a broken-off download goes on where it stopped. */
async function fetchModel(name: string, { folder, say }: ModelContext): Promise<string> {
  if (!/^hf:[^/\s]+\/[^/\s]+\/\S+\.gguf$/.test(name)) {
    throw new StartError("BAD_SETTING", `HONE_MODEL=${name} is not of the form hf:owner/repo/file.gguf.`);
  }
  const kept = path.join(folder, name.slice(3).replaceAll("/", "--"));
  if (fs.existsSync(kept)) return kept;
  const { createModelDownloader } = await import("node-llama-cpp");
  try {
    say(`Fetching ${name}`);
    let told = Date.now();
    const downloader = await createModelDownloader({
      modelUri: name,
      dirPath: folder,
      fileName: path.basename(kept),
      showCliProgress: process.stdout.isTTY,
      onProgress: ({ downloadedSize, totalSize }) => {
        if (process.stdout.isTTY || Date.now() - told < 10_000) return;
        told = Date.now();
        say(`  ${megabytes(downloadedSize)} of ${megabytes(totalSize)} MB`);
      },
    });
    const file = await downloader.download();
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

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
