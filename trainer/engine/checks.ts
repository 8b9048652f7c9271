/** Checks of what callers hand to an engine, before any tensor is made. Every fault is one sentence. */

import type { AdapterShape } from "./adapter-shape.ts";
import {
  ADAPTER_KINDS,
  type AdamWHyper,
  type AdapterConfig,
  EngineError,
  type Forward,
  LINEAR_LAYERS,
  type ModelConfig,
  type PassOptions,
  type TokenBatch,
  type TokenSequence,
  type Upstream,
} from "./contract.ts";

/** @throws EngineError when the architecture's sizes do not fit together. */
export function checkConfig(config: ModelConfig): void {
  const counts = [
    "layers",
    "width",
    "heads",
    "kvHeads",
    "headWidth",
    "feedForward",
    "vocabulary",
    "contextLength",
  ] as const;
  const wrong = counts.find((name) => !Number.isInteger(config[name]) || config[name] < 1);
  if (wrong) throw new EngineError(`Model config: ${wrong} must be a whole number above 0, found ${config[wrong]}.`);
  if (!["llama", "qwen2", "qwen3"].includes(config.architecture)) {
    throw new EngineError(`Model architecture ${config.architecture} cannot be trained; use llama, qwen2 or qwen3.`);
  }
  if (config.heads % config.kvHeads !== 0) {
    throw new EngineError(`Model config: ${config.heads} heads cannot share ${config.kvHeads} key heads evenly.`);
  }
  if (config.headWidth % 2 !== 0) {
    throw new EngineError(`Model config: head width ${config.headWidth} is odd, and rotary positions need pairs.`);
  }
  if (!(config.ropeTheta > 0) || !(config.rmsEpsilon > 0)) {
    throw new EngineError(
      `Model config: ropeTheta ${config.ropeTheta} and rmsEpsilon ${config.rmsEpsilon} must be above 0.`,
    );
  }
}

/** @throws EngineError naming the first row that is empty, too long, out of the vocabulary, or wrongly asked about. */
export function checkBatch(batch: TokenBatch, config: ModelConfig, adapter: AdapterShape | null): void {
  if (batch.length === 0) throw new EngineError("The batch has no rows; give at least one.");
  for (const [row, sequence] of batch.entries()) {
    const fault = faultOf(sequence, config) ?? roomFault(sequence, config, adapter) ?? readoutFault(sequence, adapter);
    if (fault) throw new EngineError(`Row ${row} of the batch: ${fault}`);
  }
}

function faultOf(
  { tokens, targets, examples }: TokenSequence,
  { vocabulary, contextLength }: ModelConfig,
): string | null {
  if (tokens.length === 0) return "it has no tokens.";
  if (tokens.length > contextLength) {
    return `${tokens.length} tokens are more than the model's context of ${contextLength}; shorten or drop it.`;
  }
  for (let t = 0; t < tokens.length; t++) {
    const id = tokens[t]!;
    if (id < 0 || id >= vocabulary) return `token ${id} at position ${t} is outside the vocabulary of ${vocabulary}.`;
  }
  if (examples && examples.length !== tokens.length) {
    return `examples has ${examples.length} entries for ${tokens.length} tokens; give one per token.`;
  }
  for (let t = 0; examples && t < examples.length; t++) {
    const before = t === 0 ? 0 : examples[t - 1]!;
    const fits = t === 0 ? examples[t] === 0 : examples[t]! === before || examples[t]! === before + 1;
    if (!fits) return `example ${examples[t]} at position ${t} does not follow ${before}; count up from 0 by one.`;
  }
  for (let i = 0; i < targets.length; i++) {
    const position = targets[i]!;
    if (position < 1 || position >= tokens.length) {
      return `target ${position} is not a position from 1 to ${tokens.length - 1}; a first token has nothing before it.`;
    }
    if (i > 0 && position <= targets[i - 1]!)
      return `target ${position} follows ${targets[i - 1]}; targets must ascend.`;
    if (examples && examples[position] !== examples[position - 1]) {
      return `target ${position} is the first token of example ${examples[position]}; nothing comes before it.`;
    }
  }
  return null;
}

/** Virtual tokens and prefixes take positions of the context before every example. */
function roomFault(
  { tokens, examples }: TokenSequence,
  { contextLength }: ModelConfig,
  adapter: AdapterShape | null,
): string | null {
  if (adapter?.kind !== "prompt" && adapter?.kind !== "prefix") return null;
  let longest = 0;
  for (let t = 0, length = 0; t < tokens.length; t++) {
    length = examples && t > 0 && examples[t] !== examples[t - 1] ? 1 : length + 1;
    longest = Math.max(longest, length);
  }
  if (longest + adapter.rank <= contextLength) return null;
  return (
    `an example of ${longest} tokens behind the ${adapter.kind}'s ${adapter.rank} is longer than the model's context ` +
    `of ${contextLength}; shorten it or take fewer.`
  );
}

function readoutFault({ tokens, readouts = NONE }: TokenSequence, adapter: AdapterShape | null): string | null {
  if (readouts.length > 0 && !adapter?.head) {
    return `it has readouts, but ${adapter ? "this adapter" : "the bare base"} has no head; use an adapter made with one.`;
  }
  for (let i = 0; i < readouts.length; i++) {
    const position = readouts[i]!;
    if (position < 0 || position >= tokens.length) {
      return `readout ${position} is not a position from 0 to ${tokens.length - 1}.`;
    }
    if (i > 0 && position <= readouts[i - 1]!) {
      return `readout ${position} follows ${readouts[i - 1]}; readouts must ascend.`;
    }
  }
  return null;
}

const NONE = new Int32Array(0);

/** @throws EngineError unless `upstream` has one finite number for every target, and for every readout if for any. */
export function checkUpstream({ logProbs, values }: Upstream, batch: TokenBatch): void {
  checkDerivatives(logProbs, batch, "target", ({ targets }) => targets.length);
  if (values) checkDerivatives(values, batch, "readout", ({ readouts = NONE }) => readouts.length);
}

function checkDerivatives(
  rows: readonly Float64Array[],
  batch: TokenBatch,
  of: "target" | "readout",
  count: (sequence: TokenSequence) => number,
): void {
  const name = of === "target" ? "Upstream" : "Upstream of the head";
  if (rows.length !== batch.length) {
    throw new EngineError(`${name} has ${rows.length} rows for a batch of ${batch.length}.`);
  }
  for (const [row, sequence] of batch.entries()) {
    const values = rows[row]!;
    if (values.length !== count(sequence)) {
      throw new EngineError(`${name} row ${row} has ${values.length} values for ${count(sequence)} ${of}s.`);
    }
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new EngineError(`${name} row ${row} is ${values[wrong]} at ${of} ${wrong}; the objective diverged.`);
    }
  }
}

/** @throws EngineError when a log-probability or a head's value is not finite: the weights have diverged. */
export function checkForward({ logProbs, values }: Forward): void {
  const parts = [
    { what: "The model's log-probability", at: "target", rows: logProbs },
    { what: "The head's value", at: "readout", rows: values },
  ];
  for (const { what, at, rows } of parts) {
    for (const [row, numbers] of rows.entries()) {
      const wrong = numbers.findIndex((value) => !Number.isFinite(value));
      if (wrong >= 0) {
        throw new EngineError(
          `${what} is ${numbers[wrong]} in row ${row} at ${at} ${wrong}: its weights have diverged. ` +
            "Go back to the last checkpoint with a lower learning rate.",
        );
      }
    }
  }
}

/** @throws EngineError when a rate, moment decay or limit is out of its range. */
export function checkHyper(hyper: AdamWHyper): void {
  const ranges: [keyof AdamWHyper, boolean, string][] = [
    ["learningRate", hyper.learningRate >= 0 && Number.isFinite(hyper.learningRate), "a finite number, 0 or more"],
    ["beta1", hyper.beta1 >= 0 && hyper.beta1 < 1, "from 0 up to but not 1"],
    ["beta2", hyper.beta2 >= 0 && hyper.beta2 < 1, "from 0 up to but not 1"],
    ["epsilon", hyper.epsilon > 0 && Number.isFinite(hyper.epsilon), "a finite number above 0"],
    ["weightDecay", hyper.weightDecay >= 0 && Number.isFinite(hyper.weightDecay), "a finite number, 0 or more"],
    ["clipNorm", hyper.clipNorm > 0, "above 0 (Infinity switches clipping off)"],
  ];
  const wrong = ranges.find(([, fits]) => !fits);
  if (wrong) throw new EngineError(`AdamW: ${wrong[0]} must be ${wrong[2]}, found ${hyper[wrong[0]]}.`);
}

/** @throws EngineError when kind, rank, alpha or layers make no adapter. */
export function checkAdapter(adapter: Required<Omit<AdapterConfig, "head">>, config: ModelConfig): void {
  const { kind, rank, alpha, targets } = adapter;
  if (!ADAPTER_KINDS.includes(kind)) {
    throw new EngineError(`Adapter kind must be one of ${ADAPTER_KINDS.join(", ")}; found ${kind}.`);
  }
  const limits = {
    lora: Math.min(config.width, config.feedForward),
    bottleneck: config.width,
    prompt: config.contextLength - 1,
    prefix: config.contextLength - 1,
  };
  if (!Number.isInteger(rank) || rank < 1 || rank > limits[kind]) {
    throw new EngineError(`Adapter rank must be a whole number from 1 to ${limits[kind]}, found ${rank}.`);
  }
  if (!Number.isFinite(alpha) || (kind === "lora" && alpha <= 0)) {
    throw new EngineError(`Adapter alpha must be above 0, found ${alpha}.`);
  }
  if (kind !== "lora") {
    if (targets.length === 0) return;
    throw new EngineError(`Only LoRA has targets, found ${targets.join(", ")} for a ${kind} adapter; leave them out.`);
  }
  const stranger = targets.find((name) => !LINEAR_LAYERS.includes(name));
  if (stranger || targets.length === 0) {
    throw new EngineError(
      `Adapter targets must name layers of ${LINEAR_LAYERS.join(", ")}; found ${stranger ?? "none"}.`,
    );
  }
}

/** @throws EngineError when noise has no size or no seed. */
export function checkOptions({ noise }: PassOptions): void {
  if (!noise) return;
  if (!Number.isFinite(noise.alpha) || noise.alpha < 0) {
    throw new EngineError(`Noise: alpha must be a finite number, 0 or more; found ${noise.alpha}.`);
  }
  if (!Number.isSafeInteger(noise.seed)) {
    throw new EngineError(`Noise: seed must be a whole number, found ${noise.seed}.`);
  }
}
