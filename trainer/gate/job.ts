/** What a trainer does with a Gate it holds: both contestants side by side through every suite, and the verdict. */

import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Db } from "../../server/db.ts";
import { CHAT_ROLE } from "../../server/domain/chat-role.ts";
import { checksOf } from "../../server/domain/gate/check.ts";
import { heldOutFor, scorerFor } from "../../server/domain/gate/held-out.ts";
import { type ClaimedGate, finishGate, recordSuite, setGateProgress } from "../../server/domain/gate/hold.ts";
import { policyOf } from "../../server/domain/gate/may-go-live.ts";
import { CHECK_TOKENS } from "../../server/domain/gate/try-check.ts";
import { judgeSuite, type SuiteVerdict, verdictOf } from "../../server/domain/gate/verdict.ts";
import type { CheckPromptView, Suite } from "../../server/domain/views/gate.ts";
import { AppError } from "../../server/errors.ts";
import type { Tokenizer } from "../../server/gguf/tokenizer.ts";
import { openTokenizer } from "../../server/gguf/tokenizer.ts";
import { logger } from "../../server/log.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import { readAdapterFile } from "../adapters/read.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import { chatTokens } from "../data/tokenise.ts";
import type { Engine } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type { Endpoint } from "../judge/endpoint.ts";
import { type Lease, LeaseLost } from "../lease.ts";
import type { Rollouts } from "../rollout/contract.ts";
import type { RolloutsOptions } from "../rollout/rollouts.ts";
import type { Answered, Arm, Bench, Compared, SuiteResult } from "./bench.ts";
import { type CheckedPrompt, type CheckedReplies, checkSuite, judgeReplies } from "./checks.ts";
import { judge, rewardModel } from "./compared.ts";
import { divergence, endings, length } from "./drift.ts";
import { general } from "./general.ts";
import { heldOutPairs, lengthControlled } from "./pairs.ts";
import { gateProgress } from "./progress.ts";
import { gatePrompts } from "./prompts.ts";
import { chosenSamples } from "./samples.ts";
import { speed } from "./speed.ts";

export interface GateServices {
  db: Db;
  /** HONE_HOME, absolute. */
  home: string;
  /** The base model's file, absolute. */
  model: string;
  endpoints: { judge: Endpoint | null };
  openEngine(log: (sentence: string) => void, mode: "lora"): Promise<Engine>;
  openRollouts(options: RolloutsOptions): Promise<Rollouts>;
}

export interface GateJob {
  claimed: ClaimedGate;
  lease: Lease;
  /** The trainer shuts down: the Gate is given back. */
  pause: AbortSignal;
}

/** Tokens of prompt and reply that the private sampler holds. */
const MOST_CONTEXT = 4096;
/** Tokens of a sampled reply. */
const REPLY_TOKENS = 256;

/** @throws what ends it otherwise: the reasons of `lease` and `pause`, or why it cannot be measured */
export async function doGate(services: GateServices, { claimed, lease, pause }: GateJob): Promise<void> {
  const { baseModel } = claimed.gate;
  const { model } = services;
  const found = await sha256OfFile(model);
  if (found !== baseModel.sha256)
    throw new TrainerError(
      "BASE_MISMATCH",
      `The gate is for base model ${baseModel.name} (${baseModel.sha256.slice(0, 12)}), this trainer has ${basename(model)} ` +
        `(${found.slice(0, 12)}); set HONE_MODEL back, or choose an adapter of this one.`,
    );
  const signal = AbortSignal.any([lease.signal, pause]);
  const tokenizer = await openTokenizer(model);
  try {
    const say = (sentence: string) => logger("gate").info({ gateId: claimed.gateId }, sentence);
    const engine = await services.openEngine(say, "lora");
    try {
      const folder = join(services.home, "tmp");
      await mkdir(folder, { recursive: true });
      const contextLength = Math.min(MOST_CONTEXT, engine.config.contextLength);
      const rollouts = await services.openRollouts({ model, folder, contextLength, log: say, signal });
      try {
        await measure(services, claimed, { engine, rollouts, tokenizer, signal, contextLength });
      } finally {
        await rollouts.close();
      }
    } finally {
      await engine.close();
    }
  } finally {
    await tokenizer.close();
  }
}

interface Tools {
  engine: Engine;
  rollouts: Rollouts;
  tokenizer: Tokenizer;
  signal: AbortSignal;
  contextLength: number;
}

async function measure(services: GateServices, claimed: ClaimedGate, tools: Tools): Promise<void> {
  const { db, home } = services;
  const { gate } = claimed;
  const { engine, rollouts, tokenizer, signal, contextLength } = tools;
  const [base, policy, chat] = [gate.baseModel, policyOf(gate), chatTokens(tokenizer)];
  const candidate = await loadArm("candidate", gate.adapter, { engine, home, base });
  const live = gate.liveAdapter ? await loadArm("live", gate.liveAdapter, { engine, home, base }) : BARE;
  const checks = await checksOf(db, base.name, { enabled: true });
  const { pairs, prompts: uploaded, remembered } = await heldOutFor(db, { ...gate, leastPairs: policy.leastPairs });
  const heldOut = [...pairs.map(({ content }) => content.prompt), ...uploaded.map(({ prompt }) => prompt)];
  const knowledge = checks.filter(({ kind }) => kind === "KNOWLEDGE");
  const room = Math.min(REPLY_TOKENS, Math.floor(contextLength / 2));
  const prompts = gatePrompts({ heldOut, checks: knowledge, baseName: base.name }, chat, {
    ...{ count: policy.prompts, contextLength, room },
  });
  if (prompts.length === 0)
    throw new TrainerError("NO_EXAMPLES", "There is no prompt that fits the model's context; the base is too small.");
  const scorer = await scorerFor(db, gate);
  const progress = gateProgress((now) => setGateProgress(db, claimed, now), {
    ...{ pairs: pairs.length, prompts: prompts.length, checks: checks.length },
    ...{ scored: scorer !== null, judged: services.endpoints.judge !== null },
  });

  await progress.begin("sampling");
  const ask = { prompts, maxTokens: room, temperature: 1, seed: gate.seed, signal };
  const answered = await answers(rollouts, { candidate, live }, ask);
  const bench: Bench = {
    ...{ engine, rollouts, chat, candidate, live, baseName: base.name, policy, seed: gate.seed, signal },
    ...{ judge: services.endpoints.judge, pairs, remembered, answered },
  };
  let replies: CheckedReplies[] | null = null;
  const checked: CheckedPrompt[] = [];
  /** Both answers to all check prompts are sampled when the first suite needs them. */
  const checkedOf = async (kind: CheckPromptView["kind"]) => {
    replies ??= await checkedReplies(bench, checks, contextLength);
    const judged = judgeReplies(replies.filter(({ check }) => check.kind === kind));
    const asked = checks.filter((check) => check.kind === kind).length;
    if (judged.length < asked)
      throw new TrainerError(
        "CHECK_TOO_LONG",
        `${asked - judged.length} of ${asked} check prompts do not fit the context of ${contextLength} tokens; shorten them, or switch them off.`,
      );
    checked.push(...judged);
    return checkSuite(judged);
  };
  const results = new Map<Suite, SuiteResult>();
  const suites: Record<Suite, () => SuiteResult | Promise<SuiteResult>> = {
    heldOutPairs: () => heldOutPairs(bench),
    rewardModel: () => rewardModel(bench, scorer, { home, base }),
    judge: () => judge(bench),
    lengthControlled: () => lengthControlled(bench, comparisonsOf(results)),
    divergence: () => divergence(bench),
    length: () => length(bench),
    knowledge: () => checkedOf("KNOWLEDGE"),
    general: () => general(bench),
    safety: () => checkedOf("SAFETY"),
    sycophancy: () => checkedOf("SYCOPHANCY"),
    endings: () => endings(bench),
    speed: () => speed(bench),
  };
  const verdicts = new Map<Suite, SuiteVerdict>();
  for (const [suite, work] of Object.entries(suites) as [Suite, () => SuiteResult | Promise<SuiteResult>][]) {
    await progress.begin(suite);
    const began = performance.now();
    const result = await attempted(work, signal);
    const verdict = judgeSuite(suite, result.finding, policy);
    const seconds = (performance.now() - began) / 1000;
    if (!(await recordSuite(db, claimed, { suite, ...verdict, metrics: result.metrics, seconds }))) throw lost();
    results.set(suite, result);
    verdicts.set(suite, verdict);
  }
  const samples = chosenSamples({ answered, results, checked, seed: gate.seed });
  if (!(await finishGate(db, claimed, { verdict: verdictOf(verdicts), samples, now: new Date() }))) throw lost();
}

const lost = () => new LeaseLost("The gate belongs to another trainer by now, or was called off.");

/** A suite that breaks off is missing, and a missing suite counts as failed; what ends the whole Gate passes through. */
async function attempted(work: () => SuiteResult | Promise<SuiteResult>, signal: AbortSignal): Promise<SuiteResult> {
  signal.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    logger("gate").warn({ err: error }, "a suite could not be measured");
    const known = error instanceof TrainerError || error instanceof AppError;
    const why = known ? error.code : (error as Error).message.slice(0, 500);
    return { finding: { kind: "missing", error: why }, metrics: {} };
  }
}

const BARE: Arm = { name: null, weights: null };

async function loadArm(
  name: string,
  { path }: { path: string },
  { engine, home, base }: { engine: Engine; home: string; base: { sha256: string } },
): Promise<Arm> {
  const weights = await readAdapterFile(join(home, path), engine.config, base);
  engine.loadAdapter(name, weights);
  return { name, weights };
}

interface Asked {
  prompts: readonly TokenisedPrompt[];
  maxTokens: number;
  temperature: number;
  seed: number;
  signal: AbortSignal;
}

/** Both contestants' replies to the same prompts, from the same seeds. */
async function answers(
  rollouts: Rollouts,
  { candidate, live }: Pick<Bench, "candidate" | "live">,
  { prompts, ...options }: Asked,
): Promise<Answered[]> {
  await rollouts.use(candidate.weights);
  const own = await rollouts.sample(prompts, { count: 1, ...options });
  await rollouts.use(live.weights);
  const theirs = await rollouts.sample(prompts, { count: 1, ...options });
  return prompts.map((prompt, i) => ({ prompt, candidate: own[i]![0]!, live: theirs[i]![0]! }));
}

/** Greedy replies to the check prompts that fit the context; whoever counts them says what is missing. */
async function checkedReplies(
  bench: Bench,
  checks: readonly CheckPromptView[],
  contextLength: number,
): Promise<CheckedReplies[]> {
  const { chat, rollouts, signal } = bench;
  const fitting = checks.flatMap((check) => {
    const prompt = check.prompt.map(({ role, content }) => ({ role: CHAT_ROLE[role], content }));
    const tokens = Int32Array.from(chat.prompt(prompt));
    return tokens.length + 1 < contextLength
      ? [{ check, prompt: { prompt, answer: null, origin: check.id, tokens } }]
      : [];
  });
  const options = { maxTokens: Math.min(CHECK_TOKENS, Math.floor(contextLength / 2)), temperature: 0, seed: 0, signal };
  const found = await answers(rollouts, bench, { prompts: fitting.map(({ prompt }) => prompt), ...options });
  return found.map(({ candidate, live }, i) => ({
    ...{ check: fitting[i]!.check, candidate: candidate.text, live: live.text },
  }));
}

/** What length is controlled for: comparisons of sampled replies where there are some, else of people's pairs. */
function comparisonsOf(results: ReadonlyMap<Suite, SuiteResult>): {
  compared: readonly Compared[];
  counted: "pairs" | "prompts";
} {
  for (const suite of ["rewardModel", "judge", "heldOutPairs"] as const) {
    const { compared } = results.get(suite) ?? {};
    if (compared && compared.length > 0) return { compared, counted: suite === "heldOutPairs" ? "pairs" : "prompts" };
  }
  return { compared: [], counted: "pairs" };
}
