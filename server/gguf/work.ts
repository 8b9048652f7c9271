/** The child process of server/weights-work.ts: reads one task from its input, does it, and says how it went. */

import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Adopted, AdoptTask, MergedFile, MergeTask, WeightsAnswer, WeightsTask } from "../weights-work.ts";
import { sha256OfFile } from "../whole-file.ts";
import { GgufError } from "./format.ts";
import { hasHead, type LoraWeights } from "./lora.ts";
import { mergeLora } from "./merge.ts";
import { type AdaptedShape, ARCHITECTURES } from "./model-config.ts";
import { loraAsPeft, readPeft, writePeftFiles } from "./peft.ts";
import { readAdapter } from "./read-adapter.ts";
import { openGguf } from "./reader.ts";
import { validateAdapter } from "./validate.ts";
import { writeAdapter } from "./write-model.ts";

const ADAPTER = "adapter.gguf";

async function adopt({ format, folder, base }: AdoptTask): Promise<Adopted> {
  const shape = shapeOf(base);
  const path = join(folder, ADAPTER);
  if (format === "PEFT") {
    const weights = await readPeft(folder, shape);
    if (hasHead(weights))
      throw new GgufError("NOT_PLAIN_LORA", "It is a reward model: only adapters that speak are taken.");
    const { alpha, tensors } = weights;
    writeAdapter(path, { architecture: shape.architecture, alpha, tensors, baseSha256: base.sha256 });
  }
  const { rank, alpha, baseSha256 } = checked(path, shape, base);
  // Written by us in either case: a config of somebody else's may say more than was looked at.
  const weights = readAdapter(path, shape, base);
  assertOneRank(weights);
  await writePeftFiles(folder, loraAsPeft(weights, shape, base.name));
  const { size } = await stat(path);
  return {
    sha256: await sha256OfFile(path),
    bytes: size,
    rank,
    alpha,
    baseNamed: format === "GGUF" && baseSha256 !== null,
  };
}

function shapeOf({ architecture, ...shape }: AdoptTask["base"]): AdaptedShape {
  const known = ARCHITECTURES.find((one) => one === architecture);
  if (!known) throw new GgufError("UNSUPPORTED_ARCHITECTURE", `No adapters are taken for a ${architecture} base.`);
  return { architecture: known, ...shape };
}

function checked(path: string, shape: AdaptedShape, base: { sha256: string }) {
  const file = openGguf(path);
  try {
    return validateAdapter(file, shape, base);
  } finally {
    file.close();
  }
}

/** PEFT's layout and the training engine know one rank for all layers. */
function assertOneRank({ rank, tensors }: LoraWeights): void {
  const other = tensors.find(({ name, shape }) => shape[name.endsWith("lora_a") ? 0 : 1] !== rank);
  if (other)
    throw new GgufError(
      "BAD_SHAPE",
      `"${other.name}" has another rank than ${rank}; adapters have one rank for all layers.`,
    );
}

async function merge({ base, adapter, out, type }: MergeTask): Promise<MergedFile> {
  const { model } = await mergeLora(
    { base, adapter, out, type },
    { read: readAdapter, onTensor: (done, total) => say({ progress: done / total }) },
  );
  return { sha256: model.sha256, bytes: model.sizeBytes };
}

const say = (answer: WeightsAnswer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Sentences name files as people know them: by their last part. */
function withoutFolders(message: string, task: WeightsTask): string {
  const paths = task.kind === "ADOPT" ? [join(task.folder, ADAPTER)] : [task.base, task.adapter, task.out];
  const folders = task.kind === "ADOPT" ? [task.folder] : paths.map((path) => dirname(path));
  const named = paths.reduce((text, path) => text.replaceAll(path, basename(path)), message);
  return folders.reduce((text, folder) => text.replaceAll(`${folder}/`, "").replaceAll(`${folder}\\`, ""), named);
}

const task = JSON.parse(await text(process.stdin)) as WeightsTask;
try {
  say({ done: task.kind === "ADOPT" ? await adopt(task) : await merge(task) });
} catch (error) {
  const known = error instanceof GgufError ? error.code : "FAILED";
  say({
    refused: { code: known, message: withoutFolders(error instanceof Error ? error.message : String(error), task) },
  });
}
