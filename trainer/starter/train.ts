/** Trains the starter from nothing with the project's own engine in full-parameter mode; resumable at any checkpoint. */

import { join } from "node:path";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../checkpoint.ts";
import type { Engine, NamedTensor, TokenBatch } from "../engine/contract.ts";
import { createEngine } from "../engine/create.ts";
import { initialiseWeights } from "../engine/weights.ts";
import type { BpeTokenizer } from "./bpe.ts";
import { dialogues, type Phase } from "./corpus/dialogue.ts";
import { type EncodedDialogue, encodeDialogue, type PackedRow, packedRows } from "./encode.ts";
import { ADAMW, CONFIG, decayStart, learningRateAt, phaseOf, type Recipe, totalSteps } from "./recipe.ts";

/** The dialogues of each phase are drawn apart, and apart from those the tokenizer learned from. */
const SEED_OFFSETS: Readonly<Record<Phase, number>> = { steady: 1_000, decay: 2_000, finish: 3_000 };

export interface Progress {
  step: number;
  steps: number;
  /** Mean loss over targets since the last report, nats. */
  loss: number;
  /** Share of targets that were the most likely token. */
  accuracy: number;
  gradNorm: number;
  learningRate: number;
  tokensPerSecond: number;
  etaMinutes: number;
  /** Since the run began, over all attempts. */
  tokens: number;
}

export interface TrainOptions {
  recipe: Recipe;
  tokenizer: BpeTokenizer;
  threads: number;
  /** Folder of the checkpoints that a run is resumed from. */
  checkpointFolder: string;
  checkpointEverySteps: number;
  onProgress(progress: Progress): void;
  /** After every checkpoint, with the weights as they stand. */
  onCheckpoint?(step: number, weights: readonly NamedTensor[]): void;
}

const REPORT_EVERY_STEPS = 25;

/**
 * Where the checkpoint of a phase lies, and what must be equal to resume from it: everything that decided the weights
 * so far. What only later phases look at does not, so that one steady phase serves runs of any length.
 */
function checkpointOf(folder: string, recipe: Recipe, phase: Phase) {
  const finish = phase === "finish" ? {} : { finishSteps: 0, finishRate: 0 };
  const decay = phase === "steady" ? { steps: 0, decaySteps: 0, lastShare: 0 } : {};
  return {
    path: join(folder, `seed-${recipe.seed}-${phase}.checkpoint`),
    fingerprint: JSON.stringify({ recipe: { ...recipe, ...decay, ...finish }, config: CONFIG, adamW: ADAMW }),
  };
}

/** The checkpoint of the latest phase that this recipe can go on from. */
async function newestCheckpoint(folder: string, recipe: Recipe): Promise<Checkpoint | null> {
  const ends = { finish: totalSteps(recipe), decay: recipe.steps, steady: decayStart(recipe) };
  for (const phase of ["finish", "decay", "steady"] as const) {
    const { path, fingerprint } = checkpointOf(folder, recipe, phase);
    const found = await readCheckpoint(path, fingerprint);
    if (found && found.step > ends[phase]) {
      throw new RangeError(
        `${path} stands at step ${found.step}, but this run leaves that phase at step ${ends[phase]}; delete it or ask for more steps.`,
      );
    }
    if (found) return found;
  }
  return null;
}

/** Trains to the recipe's last step and returns the weights under their GGUF names. */
export async function trainStarter(options: TrainOptions): Promise<{ weights: NamedTensor[]; tokens: number }> {
  const { recipe, tokenizer, threads, checkpointFolder } = options;
  const engine = await createEngine({
    config: CONFIG,
    weights: initialiseWeights(CONFIG, recipe.seed),
    mode: "full",
    backend: "onnx-cpu",
    threads,
    tokensTogether: recipe.rows * recipe.rowTokens,
  });
  try {
    const resumed = await newestCheckpoint(checkpointFolder, recipe);
    if (resumed) engine.restore({ adapter: null }, resumed.optimiser);
    const first = resumed?.step ?? 0;
    return await steps(engine, batches(tokenizer, recipe, first), options, first, resumed?.tokens ?? 0);
  } finally {
    await engine.close();
  }
}

async function steps(
  engine: Engine,
  data: Iterator<PackedRow[], never>,
  options: TrainOptions,
  first: number,
  tokensBefore: number,
): Promise<{ weights: NamedTensor[]; tokens: number }> {
  const { recipe, checkpointFolder, checkpointEverySteps, onProgress, onCheckpoint } = options;
  let tokens = tokensBefore;
  let window = newWindow();
  const last = totalSteps(recipe);
  for (let step = first; step < last; step++) {
    const learningRate = learningRateAt(step, recipe);
    const batch = data.next().value;
    const result = await trainStep(engine, batch, learningRate);
    const read = batch.reduce((sum, row) => sum + row.tokens.length, 0);
    tokens += read;
    window = { ...add(window, result), tokens: window.tokens + read };
    const done = step + 1;
    if (done % REPORT_EVERY_STEPS === 0 || done === last || done === 1) {
      const seconds = (performance.now() - window.startedAt) / 1000;
      onProgress({
        step: done,
        steps: last,
        loss: window.loss / window.targets,
        accuracy: window.correct / window.targets,
        gradNorm: result.gradNorm,
        learningRate,
        tokensPerSecond: window.tokens / seconds,
        etaMinutes: ((seconds / window.steps) * (last - done)) / 60,
        tokens,
      });
      window = newWindow();
    }
    if (done % checkpointEverySteps === 0 || done === last || phaseOf(done, recipe) !== phaseOf(step, recipe)) {
      // The corpus has no epochs and no permutation: its place in the order is the step alone.
      const order = { epoch: 0, position: done, permutation: [], random: [0, 0, 0, 0] as const };
      const optimiser = engine.snapshot({ adapter: null });
      const { path, fingerprint } = checkpointOf(checkpointFolder, recipe, phaseOf(step, recipe));
      await writeCheckpoint(path, { step: done, tokens, order, optimiser, state: {} }, fingerprint);
      onCheckpoint?.(done, engine.exportBase());
    }
  }
  return { weights: engine.exportBase(), tokens };
}

const newWindow = () => ({ loss: 0, correct: 0, targets: 0, tokens: 0, steps: 0, startedAt: performance.now() });

type StepResult = { loss: number; correct: number; targets: number; gradNorm: number };

const add = (window: ReturnType<typeof newWindow>, result: StepResult) => ({
  ...window,
  loss: window.loss + result.loss,
  correct: window.correct + result.correct,
  targets: window.targets + result.targets,
  steps: window.steps + 1,
});

/** One AdamW step on the weighted mean of the targets' negative log-likelihood. */
async function trainStep(engine: Engine, rows: readonly PackedRow[], learningRate: number): Promise<StepResult> {
  const total = rows.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
  const upstream = { logProbs: rows.map(({ weights }) => Float64Array.from(weights, (weight) => -weight / total)) };
  const batch: TokenBatch = rows;
  const forward = await engine.accumulateKnown(batch, { adapter: null }, upstream);
  const { gradNorm } = await engine.step({ ...ADAMW, learningRate });
  const sum = (arrays: readonly Float64Array[]) =>
    arrays.reduce((all, array) => all + array.reduce((a, b) => a + b, 0), 0);
  return {
    loss: -sum(forward.logProbs),
    correct: sum(forward.correct),
    targets: rows.reduce((count, row) => count + row.targets.length, 0),
    gradNorm,
  };
}

/**
 * The batches of a run from step `first` on. They are a pure function of seed and step: what came before `first` in the
 * same phase is drawn again and dropped.
 */
function* batches(tokenizer: BpeTokenizer, recipe: Recipe, first: number): Generator<PackedRow[], never> {
  const starts = { steady: 0, decay: decayStart(recipe), finish: recipe.steps };
  let phase = phaseOf(first, recipe);
  let rows = phaseRows(tokenizer, recipe, phase, first - starts[phase]);
  for (let step = first; ; step++) {
    if (phaseOf(step, recipe) !== phase) {
      phase = phaseOf(step, recipe);
      rows = phaseRows(tokenizer, recipe, phase, 0);
    }
    yield Array.from({ length: recipe.rows }, () => nextRow(rows));
  }
}

function* phaseRows(tokenizer: BpeTokenizer, recipe: Recipe, phase: Phase, skipSteps: number): Generator<PackedRow> {
  const rows = packedRows(encodedDialogues(tokenizer, recipe.seed, phase), recipe.rowTokens);
  for (let i = 0; i < skipSteps * recipe.rows; i++) nextRow(rows);
  yield* rows;
}

function nextRow(rows: Iterator<PackedRow>): PackedRow {
  const next = rows.next();
  if (next.done) throw new Error("The corpus ended; it is a generator without end, so this is a fault in the packing.");
  return next.value;
}

function* encodedDialogues(tokenizer: BpeTokenizer, seed: number, phase: Phase): Generator<EncodedDialogue> {
  for (const dialogue of dialogues(seed + SEED_OFFSETS[phase], phase)) yield encodeDialogue(tokenizer, dialogue);
}
