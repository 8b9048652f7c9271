/** What a Run costs besides time: the device it is on, what is sampled for it, and what its judge or teacher is asked. */

import type { Db } from "../server/db.ts";
import type { Hold } from "../server/domain/run.ts";
import { addJudgeTokens, addSampledTokens } from "../server/domain/run-cost.ts";
import { logger } from "../server/log.ts";
import type { Engine } from "./engine/contract.ts";
import type { Endpoint } from "./judge/endpoint.ts";
import type { Rollouts } from "./rollout/contract.ts";

/** By what backends say of themselves: onnxruntime on WebGPU, and TensorFlow, which is there only where it has CUDA. */
export const deviceOf = ({ description }: Pick<Engine, "description">) => ({
  device: description,
  onGpu: /gpu|tensorflow/.test(description),
});

/** The endpoint, whose tokens count as the Run's. */
export function metered(db: Db, { runId, attempt }: Hold, endpoint: Endpoint | null): Endpoint | undefined {
  if (!endpoint) return undefined;
  // One write at a time, so that a burst of answers takes one connection.
  let written: Promise<void> = Promise.resolve();
  const write = (tokens: number) =>
    addJudgeTokens(db, { runId, attempt, tokens }).catch((err) =>
      logger("trainer").warn({ err, runId }, "tokens of an endpoint were not counted"),
    );
  return {
    ...endpoint,
    onTokens: (tokens) => {
      written = written.then(() => write(tokens));
    },
  };
}

/** The sampler, whose replies count as the Run's, whatever they are for: rollouts to learn from, measurements, samples to show. */
export const counted = (db: Db, { runId, attempt }: Hold, rollouts: Rollouts): Rollouts => ({
  use: (weights) => rollouts.use(weights),
  close: () => rollouts.close(),
  async sample(prompts, options) {
    const replies = await rollouts.sample(prompts, options);
    const tokens = replies.flat().reduce((sum, { completion }) => sum + completion.length, 0);
    await addSampledTokens(db, { runId, attempt, tokens }).catch((err) =>
      logger("trainer").warn({ err, runId }, "sampled tokens were not counted"),
    );
    return replies;
  },
});
