/** `adapter.safetensors`: any adapter with all that is needed to load it again, for what llama.cpp's LoRA file cannot hold. */

import { z } from "zod";
import { readSafetensors, writeSafetensors } from "../../server/gguf/safetensors.ts";
import { MAX_RANK } from "../../server/gguf/validate.ts";
import { adapterTensors, shapeOfWeights } from "../engine/adapter-shape.ts";
import { ADAPTER_KINDS, type AdapterWeights, type ModelConfig } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";

const VERSION = "1";

const wholeNumber = z.string().regex(/^\d{1,4}$/, "is no whole number");
const headerSchema = z.object({
  "hone.version": z.literal(VERSION),
  "hone.kind": z.enum(ADAPTER_KINDS),
  "hone.rank": wholeNumber.transform(Number).pipe(z.int().min(1).max(MAX_RANK)),
  "hone.alpha": z.string().min(1).transform(Number).pipe(z.number().positive()),
  "hone.architecture": z.enum(["llama", "qwen2", "qwen3"]),
  "hone.base.sha256": z.string().regex(/^[0-9a-f]{64}$/, "is no SHA-256"),
});

/** Writes `adapter` under its own tensor names. Equal weights on an equal base give equal bytes, in whatever order they come. */
export function writeAdapterSafetensors(
  path: string,
  { kind, rank, alpha, tensors }: AdapterWeights,
  { architecture }: ModelConfig,
  base: { sha256: string },
): Promise<void> {
  const metadata: z.input<typeof headerSchema> = {
    "hone.version": VERSION,
    "hone.kind": kind,
    "hone.rank": String(rank),
    "hone.alpha": String(alpha),
    "hone.architecture": architecture,
    "hone.base.sha256": base.sha256,
  };
  return writeSafetensors(path, { tensors, metadata });
}

/**
 * Reads a file that `writeAdapterSafetensors` wrote, for a base of this shape.
 * @param base the base in use; leave it out to take an adapter of whatever base
 * @throws TrainerError FILE_MISSING; BAD_FILE when it is damaged or no such file; BASE_MISMATCH when it is for another base
 */
export async function readAdapterSafetensors(
  path: string,
  config: ModelConfig,
  base?: { sha256: string },
): Promise<AdapterWeights> {
  const { tensors, metadata } = await readSafetensors(path);
  const header = headerSchema.safeParse(metadata);
  if (!header.success) {
    const { path: key, message } = header.error.issues[0]!;
    throw new TrainerError(
      "BAD_FILE",
      `${path} is no adapter that was made here (metadata ${key.join(".")}: ${message}); give an adapter.gguf or an adapter.safetensors.`,
    );
  }
  assertBase(path, header.data, config, base);
  const { "hone.kind": kind, "hone.rank": rank, "hone.alpha": alpha } = header.data;
  const adapter: AdapterWeights = { kind, rank, alpha, tensors };
  assertTensors(path, adapter, config);
  return adapter;
}

function assertBase(
  path: string,
  header: z.output<typeof headerSchema>,
  { architecture }: ModelConfig,
  base: { sha256: string } | undefined,
): void {
  if (header["hone.architecture"] !== architecture)
    throw new TrainerError(
      "BASE_MISMATCH",
      `${path} adapts a ${header["hone.architecture"]} model, the base is ${architecture}; choose the base it was trained on.`,
    );
  const made = header["hone.base.sha256"];
  if (base && made !== base.sha256)
    throw new TrainerError(
      "BASE_MISMATCH",
      `${path} was trained on base ${made.slice(0, 12)}, the base in use is ${base.sha256.slice(0, 12)}; choose that base, or train it anew.`,
    );
}

/** Exactly the tensors that an adapter of this kind has on this base, each of its shape. */
function assertTensors(path: string, adapter: AdapterWeights, config: ModelConfig): void {
  const bad = (problem: string) =>
    new TrainerError("BAD_FILE", `${path} does not fit its metadata and this base: ${problem}.`);
  const shape = shapeOfWeights(adapter);
  if (shape.kind === "lora" && shape.targets.length === 0) throw bad("it changes none of the seven linear layers");
  const given = new Map(adapter.tensors.map((tensor) => [tensor.name, tensor]));
  for (const expected of adapterTensors(config, shape)) {
    const tensor = given.get(expected.name);
    if (!tensor) throw bad(`it lacks "${expected.name}"`);
    if (tensor.shape.join() !== expected.shape.join())
      throw bad(`"${tensor.name}" has shape [${tensor.shape}], expected [${expected.shape}]`);
    given.delete(expected.name);
  }
  const [stranger] = given.keys();
  if (stranger !== undefined) throw bad(`nothing in it is called "${stranger}"`);
}
