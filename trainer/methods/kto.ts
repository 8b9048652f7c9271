/** The KTO run: replies that were liked or disliked one by one in, adapter out. Reads top to bottom. */

import { z } from "zod";
import type { RunConfig } from "../../server/domain/run-config.ts";
import { microBatches } from "../data/batch.ts";
import type { TokenisedThumb } from "../data/example.ts";
import { type Model, packing, rowLengthFor } from "../data/pack.ts";
import { Random } from "../data/random.ts";
import type { AdapterWeights, TokenSequence, Use } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { kto, referencePoint } from "../objectives/kto.ts";
import { completionLogProb, sum } from "../objectives/numeric.ts";
import { beginsAtReference, firstEpoch, StartCheck, withReference } from "./reference.ts";
import { assertExamples, type MethodRun, openPolicy, POLICY, stepsOf } from "./run.ts";

export interface KtoRun extends MethodRun {
  thumbs: readonly TokenisedThumb[];
  config: RunConfig<"KTO">;
  /** Keeps the reference's log-probabilities as a JSON value, so that a resumed run need not compute them again. */
  referenceCache?: { read(): Promise<unknown>; write(value: unknown): Promise<void> };
}

/**
 * Trains an adapter to make liked replies likelier and disliked ones less so (Ethayarajh et al. 2024). The reference point z
 * of a step comes from replies to other prompts; which reply stands in for which is settled once for the whole run, as TRL
 * does it, so that the reference's side is computed once too.
 * @returns the trained adapter
 * @throws TrainerError NO_EXAMPLES, BAD_DATA where all prompts are the same, REFERENCE_MISMATCH, TRAINING_DIVERGED; the
 *   reason of `cancel` or `pause`
 */
export async function trainKto(run: KtoRun): Promise<AdapterWeights> {
  const { engine, thumbs, config } = run;
  assertExamples(thumbs.length, "thumbs");
  const rows = { own: thumbs.map(({ sequence }) => sequence), mismatched: mismatchedRows(thumbs, run.seed) };
  const policy = openPolicy(run, config);
  const model = packing(engine, rowLengthFor([...rows.own, ...rows.mismatched]));
  const reference = await referenceLogProbs(run, model, rows);
  const { beta, desirableWeight, undesirableWeight } = config;

  for await (const { step, batch, metrics, pass } of stepsOf(run, config, policy, thumbs.length)) {
    // z needs two replies at least; the last step of an epoch may have one.
    const measured = batch.length > 1 ? batch : [batch[0]!, (batch[0]! + 1) % thumbs.length];
    const away: number[] = [];
    for (const part of microBatches(measured, config.microBatchSize))
      away.push(...(await logProbs(model, rows.mismatched, part, policy)));
    const z = referencePoint({
      policy: Float64Array.from(away),
      reference: Float64Array.from(measured, (i) => reference.mismatched[i]!),
    });
    const weightOf = (indices: readonly number[]) => sum(indices.map((i) => thumbs[i]!.weight));
    const totalWeight = {
      all: weightOf(batch),
      desirable: weightOf(batch.filter((i) => thumbs[i]!.liked)),
      undesirable: weightOf(batch.filter((i) => !thumbs[i]!.liked)),
    };
    const check = new StartCheck();
    for (const part of microBatches(batch, config.microBatchSize)) {
      const ofPart = part.map((i) => thumbs[i]!);
      await pass(
        part.map((i) => rows.own[i]!),
        (sequences) =>
          model.accumulate(sequences, policy, (forward) => {
            const own = Float64Array.from(forward.logProbs, completionLogProb);
            const anchor = Float64Array.from(part, (i) => reference.own[i]!);
            const lengths = sequences.map(({ targets }) => targets.length);
            check.add(
              own.map((value, i) => value - anchor[i]!),
              lengths,
            );
            const desirable = ofPart.map(({ liked }) => liked);
            const weights = ofPart.map(({ weight }) => weight);
            const options = { beta, desirableWeight, undesirableWeight, desirable, weights, totalWeight, z };
            const { gradient, metrics } = kto({ policy: own, reference: anchor }, options);
            return { upstream: { logProbs: lengths.map((n, i) => new Float64Array(n).fill(gradient[i]!)) }, metrics };
          }),
      );
    }
    metrics.kl = z;
    if (step === 1 && beginsAtReference(run, config))
      check.assert("that of equal models, half the weight of each reply");
  }
  return engine.exportAdapter(POLICY);
}

/**
 * For every thumb its prompt with the reply to another one, a row each: the next in a shuffled order whose prompt differs.
 * Replies are cut where they would make a row longer than every real one, since they only serve an estimate.
 */
export function mismatchedRows(thumbs: readonly TokenisedThumb[], seed: number): TokenSequence[] {
  const longest = Math.max(...thumbs.map(({ sequence }) => sequence.tokens.length));
  const halves = thumbs.map(({ sequence: { tokens, targets } }) => {
    const prompt = tokens.slice(0, targets[0]!);
    return { prompt, name: prompt.join(), completion: tokens.slice(targets[0]!) };
  });
  const order = new Random(seed).shuffled([...thumbs.keys()]);
  const rows = new Array<TokenSequence>(thumbs.length);
  for (const [place, i] of order.entries()) {
    const { prompt, name } = halves[i]!;
    let step = 1;
    while (step < order.length && halves[order[(place + step) % order.length]!]!.name === name) step++;
    if (step === order.length)
      throw new TrainerError(
        "BAD_DATA",
        "Expected thumbs on replies to at least two different prompts, found one prompt: KTO measures each prompt with " +
          "another's reply. Add thumbs from other prompts, or make pairs and train with DPO.",
      );
    const other = halves[order[(place + step) % order.length]!]!;
    const completion = other.completion.slice(0, longest - prompt.length);
    const tokens = Int32Array.from([...prompt, ...completion]);
    rows[i] = { tokens, targets: Int32Array.from(completion, (_, k) => prompt.length + k) };
  }
  return rows;
}

/** Summed log-probabilities of every thumb's reply, and of the one that stands in for it, nats, [thumbs]. */
interface ThumbLogProbs {
  own: number[];
  mismatched: number[];
}

async function referenceLogProbs(
  run: KtoRun,
  model: Model,
  rows: Record<keyof ThumbLogProbs, TokenSequence[]>,
): Promise<ThumbLogProbs> {
  const { thumbs, config, seed } = run;
  const oneEach = z.array(z.number()).length(thumbs.length);
  const cached = z.object({ own: oneEach, mismatched: oneEach }).safeParse(await run.referenceCache?.read());
  if (cached.success) return cached.data;

  const reference: ThumbLogProbs = { own: new Array(thumbs.length), mismatched: new Array(thumbs.length) };
  await withReference(run, async (use) => {
    for (const part of firstEpoch(thumbs.length, seed, config)) {
      run.cancel?.throwIfAborted();
      for (const kind of ["own", "mismatched"] as const) {
        const sums = await logProbs(model, rows[kind], part, use);
        for (const [k, i] of part.entries()) reference[kind][i] = sums[k]!;
      }
    }
  });
  await run.referenceCache?.write(reference);
  return reference;
}

async function logProbs(model: Model, rows: TokenSequence[], indices: readonly number[], use: Use): Promise<number[]> {
  const forward = await model.forward(
    indices.map((i) => rows[i]!),
    use,
  );
  return forward.logProbs.map(completionLogProb);
}
