/** What is measured of a finished run, by method: ranking, calibration, imitation, rewards, replies, and what was forgotten. */

import { join } from "node:path";
import type { Db } from "../server/db.ts";
import { activeDeployment } from "../server/domain/live.ts";
import type { ClaimedRun, FinishedAdapter } from "../server/domain/run.ts";
import type { ServingBackend } from "../server/engine-client.ts";
import { readAdapterFile } from "./adapters/read.ts";
import type { AdapterName, Engine, Metrics } from "./engine/contract.ts";
import { evaluateImitation, evaluatePreferences, evaluateReplies, sampleReplies } from "./evaluate.ts";
import { evaluateReward } from "./evaluate-reward.ts";
import { POLICY } from "./methods/run.ts";
import { openScorer } from "./rewards/scorer.ts";
import type { RunData } from "./run-data.ts";
import type { Tools, TrainedWeights } from "./train.ts";

export interface Measuring {
  db: Db;
  home: string;
  serving: ServingBackend | null;
  run: ClaimedRun["run"];
  attempt: number;
  engine: Engine;
  data: RunData;
  tools: Tools;
  signal: AbortSignal;
  /** Told what could not be measured. */
  warn(sentence: string): Promise<void>;
}

/** Measuring must not lose what was trained: what cannot be measured is left out, with a line in the log. */
async function attempted({ signal, warn }: Measuring, what: string, work: () => Promise<Metrics>): Promise<Metrics> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    await warn(`${what} could not be measured: ${(error as Error).message}`);
    return {};
  }
}

/** Loss on general data that the run does not train on, in nats per token; nothing where no such data was given. */
export function measureGeneral(
  measuring: Measuring,
  when: "before" | "after",
  adapter: AdapterName | null,
): Promise<Metrics> {
  const { engine, data } = measuring;
  return attempted(measuring, "General data", async () => {
    if (data.general.length === 0) return {};
    return { [`general/loss_${when}`]: (await evaluateImitation(engine, adapter, data.general)).loss };
  });
}

/** Everything that is measured at the end. */
export async function measure(
  measuring: Measuring,
  trained: TrainedWeights,
  made: Omit<FinishedAdapter, "metrics">,
): Promise<Metrics> {
  const adapter = trained.kind === "model" ? null : POLICY;
  const heldOut = await attempted(measuring, "Held-out data", () => measureHeldOut(measuring, adapter));
  const general = await measureGeneral(measuring, "after", adapter);
  const rewards = await attempted(measuring, "Held-out rewards", () => measureRewards(measuring, trained));
  const replies = await attempted(measuring, "Replies", () => measureReplies(measuring, made));
  return { ...heldOut, ...general, ...rewards, ...replies };
}

async function measureHeldOut(measuring: Measuring, adapter: AdapterName | null): Promise<Metrics> {
  const { engine, data } = measuring;
  const { heldOut } = data;
  switch (heldOut.method) {
    case "DPO":
    case "SIMPO":
    case "ORPO": {
      const live = heldOut.examples.length > 0 ? await loadLive(measuring) : null;
      return evaluatePreferences(engine, { candidate: POLICY, live }, heldOut.examples);
    }
    case "REWARD":
      return evaluateReward(engine, POLICY, heldOut.examples);
    case "KTO":
      return imitation(
        engine,
        adapter,
        heldOut.examples.filter(({ liked }) => liked),
      );
    case "SFT":
    case "PRETRAIN":
      return imitation(engine, adapter, heldOut.examples);
    default:
      return {};
  }
}

/** `heldout/loss`, nats per target token, `heldout/token_accuracy` and `heldout/examples`; `_base` where the base still stands. */
async function imitation(
  engine: Engine,
  adapter: AdapterName | null,
  examples: Parameters<typeof evaluateImitation>[2],
): Promise<Metrics> {
  if (examples.length === 0) return {};
  const { loss, accuracy } = await evaluateImitation(engine, adapter, examples);
  const metrics: Metrics = {
    "heldout/examples": examples.length,
    "heldout/loss": loss,
    "heldout/token_accuracy": accuracy,
  };
  if (adapter !== null) metrics["heldout/loss_base"] = (await evaluateImitation(engine, null, examples)).loss;
  return metrics;
}

const LIVE = "live";

async function loadLive({ db, home, run, engine }: Measuring): Promise<AdapterName | null> {
  const { adapter, baseModel } = await activeDeployment(db);
  if (!adapter || baseModel.sha256 !== run.base.sha256) return null;
  engine.loadAdapter(LIVE, await readAdapterFile(join(home, adapter.path), engine.config, run.base));
  return LIVE;
}

/** Held-out prompts that are answered and scored: enough for a mean. */
const MOST_SCORED = 64;

/**
 * `heldout/reward` and `heldout/reward_base`: mean reward of one sampled reply to each held-out prompt, by the run's own
 * rewards; of what was trained and of the bare base.
 */
async function measureRewards(measuring: Measuring, trained: TrainedWeights): Promise<Metrics> {
  const { engine, data, tools, run, signal } = measuring;
  const { plan, heldOut } = data;
  const { rollouts } = tools;
  if (!("rewards" in plan.config) || !("answer" in (heldOut.examples[0] ?? {})) || !rollouts) return {};
  if (
    trained.kind !== "adapter" ||
    (heldOut.method !== "PPO" && heldOut.method !== "GRPO" && heldOut.method !== "BEST_OF_K")
  )
    return {};
  const prompts = heldOut.examples.slice(0, MOST_SCORED);
  const { maxTokens, temperature } = heldOut.config;
  const scorer = openScorer(plan.config.rewards, prompts, { engine, ...tools });
  try {
    const meanOf = async (weights: Parameters<typeof rollouts.use>[0]) => {
      await rollouts.use(weights);
      const replies = await rollouts.sample(prompts, { count: 1, maxTokens, temperature, seed: run.seed, signal });
      const candidates = prompts.map((prompt, i) => ({ prompt, reply: replies[i]![0]! }));
      const known = [...(await scorer.score(candidates, signal)).totals].filter((score) => !Number.isNaN(score));
      return known.reduce((total, score) => total + score, 0) / Math.max(1, known.length);
    };
    return {
      "heldout/prompts": prompts.length,
      "heldout/reward": await meanOf(trained.weights),
      "heldout/reward_base": await meanOf(null),
    };
  } finally {
    scorer.close();
  }
}

const SAMPLING_LIMIT_MS = 30_000;

async function measureReplies(
  { serving, home, run, attempt, engine, data: { prompts }, signal: held }: Measuring,
  made: Omit<FinishedAdapter, "metrics">,
): Promise<Metrics> {
  if (!serving || !made.servable || prompts.length === 0) return {};
  const signal = AbortSignal.any([held, AbortSignal.timeout(SAMPLING_LIMIT_MS)]);
  const reference = { sha256: made.sha256, path: join(home, made.path) };
  const options = (who: string) => ({ requestPrefix: `run-${run.id}-${attempt}-${who}`, seed: run.seed, signal });
  const asked = prompts.map(({ prompt, tokens }) => ({ messages: prompt, tokens }));
  const ofCandidate = await sampleReplies(serving, reference, asked, options("candidate"));
  const ofBase = await sampleReplies(serving, null, asked, options("base"));
  return evaluateReplies(engine, POLICY, { ofCandidate, ofBase });
}
