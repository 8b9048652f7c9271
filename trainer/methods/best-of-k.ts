/** The best-of-K run: several drafts per prompt, the best-scored one is imitated (rejection sampling). Reads top to bottom. */

import { z } from "zod";
import type { RunConfig } from "../../server/domain/run-config.ts";
import type { TokenisedDialogue } from "../data/example.ts";
import { sequence } from "../data/tokenise.ts";
import { sum } from "../objectives/numeric.ts";
import { type Candidate, openScorer } from "../rewards/scorer.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { type GatheringRun, gathered, withFirstFigures } from "./gather.ts";
import { assertExamples, type TrainedWeights } from "./run.ts";
import type { SampledRun } from "./sampled.ts";
import { trainSft } from "./sft.ts";

export interface BestOfKRun extends SampledRun, GatheringRun {
  config: RunConfig<"BEST_OF_K">;
  /** General data, against forgetting. */
  replay?: readonly TokenisedDialogue[];
}

const winnerSchema = z.object({
  /** The best draft as it was sampled. */
  completion: z.array(z.int().min(0)).min(1),
  best: z.number(),
  mean: z.number(),
});
type Winner = z.output<typeof winnerSchema>;

const PROMPTS_AT_ONCE = 16;

const mean = (scores: readonly number[]) => sum(scores) / scores.length;

/**
 * Samples `drafts` replies to every prompt from the model the run starts from, scores them, and trains an adapter to imitate the
 * best of each (Stiennon et al. 2020, §4.3 for best-of-n; Dong et al. 2023, "RAFT", for training on it). The first step's
 * figures tell `drafts/mean_score` and `drafts/best_score`.
 * @throws TrainerError NO_EXAMPLES, what the rewards need and lack, SAMPLING_FAILED, what `trainSft` throws
 */
export async function trainBestOfK(run: BestOfKRun): Promise<TrainedWeights> {
  const { prompts, replay, config } = run;
  assertExamples(prompts.length, "prompts");
  const winners = await pickWinners(run);
  const dialogues = winners.map(({ completion }, i) => ({
    sequence: sequence(prompts[i]!.tokens, completion),
    weight: 1,
  }));
  const figures = {
    "drafts/mean_score": mean(winners.map((winner) => winner.mean)),
    "drafts/best_score": mean(winners.map((winner) => winner.best)),
  };
  return trainSft({ ...withFirstFigures(run, figures), dialogues, replay, config });
}

async function pickWinners(run: BestOfKRun): Promise<Winner[]> {
  const { prompts, config, rollouts, start, seed, cancel } = run;
  const { drafts: count, maxTokens, temperature } = config;
  const scorer = openScorer(config.rewards, prompts, run);
  try {
    await rollouts.use(start);
    const gathering = { schema: winnerSchema, what: "prompts", count: prompts.length, portion: PROMPTS_AT_ONCE };
    return await gathered(run, gathering, async (from, to) => {
      const asked = prompts.slice(from, to);
      const options = { count, maxTokens, temperature, seed: derivedSeed(seed, from), signal: cancel };
      const drafts = await rollouts.sample(asked, options);
      const candidates = asked.flatMap((prompt, i) => drafts[i]!.map((reply): Candidate => ({ prompt, reply })));
      const { totals } = await scorer.score(candidates, cancel);
      return asked.map((_, i) => winnerOf(candidates, totals, i * count, count));
    });
  } finally {
    scorer.close();
  }
}

/** The first of the best among `count` drafts; one that could not be scored wins only where none could. */
function winnerOf(candidates: readonly Candidate[], totals: Float64Array, first: number, count: number): Winner {
  const scores = [...totals.slice(first, first + count)];
  const known = scores.filter((score) => !Number.isNaN(score));
  const best = known.length > 0 ? Math.max(...known) : 0;
  const winner = Math.max(0, scores.indexOf(best));
  const { completion } = candidates[first + winner]!.reply;
  return { completion: [...completion], best, mean: known.length > 0 ? mean(known) : 0 };
}
