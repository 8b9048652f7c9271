/** Scores replies with a reward model: what a run, the command line and the admin's page ask of it. */

import { microBatches } from "./data/batch.ts";
import { packing, rowLengthFor } from "./data/pack.ts";
import type { AdapterName, Engine, TokenBatch } from "./engine/contract.ts";

const ROWS_TOGETHER = 16;

/**
 * The reward of every reply, in the model's own unit: only differences between replies to one prompt mean something, a
 * difference d being odds of e^d that people prefer the first.
 * @param adapter a loaded adapter with a head
 * @param rows prompt and reply each, as `scoredRow` makes them
 * @returns [rows], finite
 * @throws EngineError for an adapter without a head or rows that do not fit the model
 */
export async function scoreReplies(engine: Engine, adapter: AdapterName, rows: TokenBatch): Promise<Float64Array> {
  const model = packing(engine, rowLengthFor(rows));
  const scores = new Float64Array(rows.length);
  for (const part of microBatches([...rows.keys()], ROWS_TOGETHER)) {
    const { values } = await model.forward(
      part.map((i) => rows[i]!),
      { adapter },
    );
    for (const [k, i] of part.entries()) scores[i] = values[k]![0]!;
  }
  return scores;
}
