/** The RLAIF run: a judge compares drafts in both orders, and DPO learns from the verdicts that survive. Reads top to bottom. */

import { z } from "zod";
import type { RunConfig } from "../../server/domain/run-config.ts";
import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import type { PreferenceExample, TokenisedPair } from "../data/example.ts";
import { type ChatTokens, sequence, tokenisePairs } from "../data/tokenise.ts";
import type { AdapterWeights, Metrics } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type { Patience } from "../judge/endpoint.ts";
import { type AskPair, basePairJudge, endpointPairJudge, judgePair } from "../judge/judge.ts";
import { cohensKappa } from "../objectives/agreement.ts";
import type { Rollout } from "../rollout/contract.ts";
import { pooled } from "../rollout/pool.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { type ReferenceCache, trainDpo } from "./dpo.ts";
import { type GatheringRun, gathered, withFirstFigures } from "./gather.ts";
import { assertExamples } from "./run.ts";
import type { SampledRun } from "./sampled.ts";

export interface RlaifRun extends SampledRun, GatheringRun {
  config: RunConfig<"RLAIF">;
  chat: ChatTokens;
  /**
   * Pairs that people judged: the judge is asked about them too, to say how far it agrees with people. They train only where
   * `mixHumanPairs` says so.
   */
  humanPairs?: readonly PreferenceExample[];
  /** Awaited with the judge's pairs before the first step; a resumed run calls it again. */
  onPairs?(pairs: readonly JudgedPair[]): Promise<void>;
  referenceCache?: ReferenceCache;
  /** For tests. */
  patience?: Patience;
}

/** Two drafts of which the judge preferred one whatever their order. */
export interface JudgedPair {
  prompt: readonly ChatMessage[];
  chosen: string;
  rejected: string;
}

const draftSchema = z.object({ text: z.string(), completion: z.array(z.int().min(0)).min(1) });
/** What became of one prompt. */
const judgedSchema = z.object({
  pairs: z.array(z.object({ chosen: draftSchema, rejected: draftSchema })),
  /** Comparisons of two different texts. */
  asked: z.int().min(0),
});
type Judged = z.output<typeof judgedSchema>;

const PROMPTS_AT_ONCE = 8;
const QUESTIONS_AT_ONCE = 8;
/** Human pairs the judge is asked about; a few dozen tell κ to about ±0.1. */
const MOST_COMPARED = 100;

/**
 * Samples `drafts` replies to every prompt from the model the run starts from, has each two of one prompt judged, and trains with
 * DPO on the pairs on which the judge is consistent (Lee et al. 2023, "RLAIF", §2–3). The first step's figures and the
 * log tell `judge/asked`, `judge/consistent` (a share) and, where people judged pairs too, Cohen's `judge/kappa`.
 * @throws TrainerError ENDPOINT_MISSING, ENDPOINT_FAILED, NO_EXAMPLES, SAMPLING_FAILED, what `trainDpo` throws
 */
export async function trainRlaif(run: RlaifRun): Promise<AdapterWeights> {
  const { prompts, config, log } = run;
  assertExamples(prompts.length, "prompts");
  const ask = judgeOf(run);
  const judged = await judgeDrafts(run, ask);
  const asked = judged.reduce((total, one) => total + one.asked, 0);
  const own = judged.flatMap(({ pairs }, i) => pairs.map((pair) => ({ ...pair, prompt: prompts[i]! })));
  if (own.length === 0)
    throw new TrainerError(
      "NO_EXAMPLES",
      `The judge gave no consistent verdict on ${asked} comparisons; choose another judge or question, or a higher temperature ` +
        "for drafts that differ more.",
    );
  const figures: Metrics = { "judge/asked": asked, "judge/consistent": own.length / asked };
  const kappa = await agreement(run, ask);
  if (!Number.isNaN(kappa)) figures["judge/kappa"] = kappa;
  await log?.(
    `The judge compared ${asked} pairs of drafts and was consistent on ${own.length}` +
      `${Number.isNaN(kappa) ? "." : `; its agreement with people is κ = ${kappa.toFixed(2)}.`}`,
  );
  await run.onPairs?.(
    own.map(({ prompt, chosen, rejected }) => ({
      prompt: prompt.prompt,
      chosen: chosen.text,
      rejected: rejected.text,
    })),
  );
  const pairs = own.map(({ prompt, chosen, rejected }): TokenisedPair => {
    const row = ({ completion }: { completion: number[] }) => sequence(prompt.tokens, completion);
    return { chosen: row(chosen), rejected: row(rejected), weight: 1 };
  });
  const mixed = config.mixHumanPairs ? [...pairs, ...peoplesPairs(run)] : pairs;
  return trainDpo({ ...withFirstFigures(run, figures), pairs: mixed, config });
}

function peoplesPairs({ humanPairs = [], chat, config, engine }: RlaifRun): TokenisedPair[] {
  const { maxLength, overLong } = config;
  return tokenisePairs(humanPairs, chat, { maxLength: Math.min(maxLength, engine.config.contextLength), overLong })
    .examples;
}

function judgeOf({ config, judge, engine, chat, patience }: RlaifRun): AskPair {
  const { question } = config;
  if (config.judge === "base") return basePairJudge(engine, chat, { question });
  if (judge) return endpointPairJudge(judge, { question, patience });
  throw new TrainerError(
    "ENDPOINT_MISSING",
    "RLAIF needs a judge behind an OpenAI-compatible endpoint; set JUDGE_URL and JUDGE_MODEL and start again, or set judge=base " +
      "to let the base model judge.",
  );
}

async function judgeDrafts(run: RlaifRun, ask: AskPair): Promise<Judged[]> {
  const { prompts, config, rollouts, start, seed, cancel } = run;
  const { drafts: count, maxTokens, temperature } = config;
  await rollouts.use(start);
  const gathering = { schema: judgedSchema, what: "prompts", count: prompts.length, portion: PROMPTS_AT_ONCE };
  return gathered(run, gathering, async (from, to) => {
    const options = { count, maxTokens, temperature, seed: derivedSeed(seed, from), signal: cancel };
    const drafts = await rollouts.sample(prompts.slice(from, to), options);
    const comparisons = drafts.flatMap((replies, i) => distinctPairs(replies).map((pair) => ({ i, pair })));
    const verdicts = await judgeAll(
      run,
      ask,
      comparisons.map(({ i, pair }) => ({ prompt: prompts[from + i]!.prompt, texts: [pair[0].text, pair[1].text] })),
    );
    return drafts.map((_, i): Judged => {
      const own = comparisons.flatMap((comparison, k) =>
        comparison.i === i ? [{ ...comparison, verdict: verdicts[k]! }] : [],
      );
      const draft = ({ text, completion }: Rollout) => ({ text, completion: [...completion] });
      const pairs = own.flatMap(({ pair: [first, second], verdict }) => {
        if (verdict === null) return [];
        const [chosen, rejected] = verdict === "first" ? [first, second] : [second, first];
        return [{ chosen: draft(chosen), rejected: draft(rejected) }];
      });
      return { pairs, asked: own.length };
    });
  });
}

/** Every two replies that say something different. */
function distinctPairs(replies: readonly Rollout[]): [Rollout, Rollout][] {
  return replies.flatMap((first, i) =>
    replies
      .slice(i + 1)
      .flatMap((second): [Rollout, Rollout][] => (first.text === second.text ? [] : [[first, second]])),
  );
}

interface Comparison {
  prompt: readonly ChatMessage[];
  texts: readonly string[];
}

function judgeAll({ cancel }: RlaifRun, ask: AskPair, comparisons: readonly Comparison[]) {
  const judge = (i: number, signal: AbortSignal) => {
    const { prompt, texts } = comparisons[i]!;
    return judgePair(ask, prompt, [texts[0]!, texts[1]!], signal);
  };
  return pooled(comparisons.length, QUESTIONS_AT_ONCE, judge, [cancel]);
}

/**
 * Cohen's κ between the judge and people on pairs both have a verdict on. Every second pair is shown the other way round:
 * with the people's choice always first, there would be nothing to agree on.
 */
async function agreement(run: RlaifRun, ask: AskPair): Promise<number> {
  const examples = (run.humanPairs ?? []).slice(0, MOST_COMPARED);
  const comparisons = examples.map(({ prompt, chosen, rejected }, i): Comparison => {
    const texts = [chosen.content, rejected.content];
    return { prompt, texts: i % 2 === 0 ? texts : texts.toReversed() };
  });
  const verdicts = await judgeAll(run, ask, comparisons);
  const both = verdicts.flatMap((verdict, i) =>
    verdict === null ? [] : [{ judge: verdict, people: i % 2 === 0 ? "first" : "second" }],
  );
  return cohensKappa(
    both.map(({ judge }) => judge as string),
    both.map(({ people }) => people),
  );
}
