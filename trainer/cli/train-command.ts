/** What `npm run train` does between reading its arguments and ending: data in, weights and records out. */

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PEFT_FILES } from "../../server/gguf/peft.ts";
import { openTokenizer } from "../../server/gguf/tokenizer.ts";
import { exportAdapter } from "../adapters/export.ts";
import { exportModel, MODEL_FILE } from "../adapters/export-model.ts";
import { withoutHead } from "../adapters/head.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import { chatTokens } from "../data/tokenise.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { openEngine } from "../engine/index.ts";
import type { Rollouts } from "../rollout/contract.ts";
import { type RunIdentity, type Tools, type TrainedWeights, type TrainingPlan, train } from "../train.ts";
import type { TrainCommand } from "./arguments.ts";
import { readSources } from "./data.ts";
import { NOUN } from "./methods.ts";
import { type Base, checkOutFolder, makePlan, readBase, readStart, WEIGHTS_FILES } from "./prepare.ts";
import { duration, type Reporter } from "./progress.ts";
import { metricsFile, type RunResult, writeRunRecord } from "./records.ts";
import { greedyReplies, samplePrompts } from "./samples.ts";
import { assertEndpoints, openSampler, openTools } from "./tools.ts";

/** Tokens of a reply that is shown, where the method itself does not say how long replies are. */
const SHOWN_TOKENS = 128;

/** What every part of a command works with. */
interface Session {
  command: TrainCommand;
  base: Base;
  identity: RunIdentity;
  tools: Tools;
  /** Folder of the unfinished run. */
  work: string;
  /** Examples left out for their length. */
  dropped: number;
  reporter: Reporter;
  /** Ends the run after the step under way, with a resume point. */
  pause: AbortSignal;
}

/**
 * Trains and writes the weights' files, `metrics.jsonl` and `run.json` into `command.out`.
 * @throws TrainerError, GgufError or EngineError with one sentence
 */
export async function runTrainCommand(command: TrainCommand, reporter: Reporter, pause: AbortSignal): Promise<void> {
  const work = join(command.out, ".unfinished");
  await checkOutFolder(command, work);
  assertEndpoints(command);
  const base = await readBase(command.base);
  const sources = await readSources(command);
  const start = await readStart(command.from, base);
  const tokenizer = await openTokenizer(command.base);
  try {
    const chat = chatTokens(tokenizer);
    const { plan, dropped } = makePlan(command, sources, tokenizer, base.model);
    if (dropped > 0) reporter.note(`${dropped} examples are longer than allowed and were left out.`);
    const tools = await openTools(command, base, chat, reporter.note);
    try {
      const identity = { plan, base: base.identity, start, seed: command.seed };
      const session = { command, base, identity, tools, work, dropped, reporter, pause };
      const maxTokens = "maxTokens" in plan.config ? plan.config.maxTokens : SHOWN_TOKENS;
      const prompts = samplePrompts(sources, command.samples, chat, plan.config, maxTokens);
      const shown = { prompts, maxTokens };
      const before = await replies(session, shown, start && { kind: "adapter", weights: start.weights });
      const summary = await trainAndWrite(session, async (trained) => {
        const after = await replies(session, shown, trained);
        const said = prompts.map(({ prompt }) => prompt.at(-1)!.content);
        reporter.samples(said.map((prompt, i) => ({ prompt, before: before[i]!, after: after[i]! })));
      });
      reporter.done(summary);
    } finally {
      await tools.rollouts?.close();
    }
  } finally {
    await tokenizer.close();
  }
}

async function trainAndWrite(
  session: Session,
  show: (trained: TrainedWeights) => Promise<void>,
): Promise<Record<string, string | number>> {
  const { command, identity, tools, work, dropped, reporter, pause } = session;
  const { plan } = identity;
  const engine = await openEngine({
    baseGguf: command.base,
    mode: plan.config.tuning === "full" ? "full" : "lora",
    backend: command.engine,
    quantised: command.quantised,
    threads: command.threads,
    log: reporter.note,
  });
  try {
    const began = performance.now();
    const metrics = metricsFile(command);
    let steps = 0;
    const trained = await train({
      ...identity,
      engine,
      tools,
      folder: work,
      pause,
      log: reporter.note,
      onStart: async (resumedStep) => {
        await metrics.keepUpTo(resumedStep);
        reporter.note(resumedStep > 0 ? `Going on after step ${resumedStep}.` : startSentence(plan));
      },
      onStep: async (report) => {
        steps = report.totalSteps;
        await metrics.append(report);
        reporter.step(report);
      },
    });
    const made = await writeWeights(session, trained);
    await writeRunRecord(command, identity, tools, { dropped, engine: engine.description, made, steps });
    await rm(work, { recursive: true, force: true });
    const time = duration((performance.now() - began) / 1000);
    await show(trained);
    const what = made.file === MODEL_FILE ? "model" : "adapter";
    return { [what]: join(command.out, made.file), sha256: made.sha256, steps, time };
  } finally {
    await engine.close();
  }
}

async function writeWeights({ command, base }: Session, trained: TrainedWeights): Promise<RunResult["made"]> {
  const { out } = command;
  // Of a run that is replaced, which may have made another kind.
  for (const name of [...WEIGHTS_FILES, ...PEFT_FILES]) await rm(join(out, name), { force: true });
  if (trained.kind === "model") return exportModel(out, trained.tensors, command.base);
  return exportAdapter(out, trained.weights, base.model, base.identity);
}

function startSentence({ method, config, examples }: TrainingPlan): string {
  const rounds = "steps" in config ? `${config.steps} iterations` : `${config.epochs} epochs in steps`;
  return `${examples.length} ${NOUN[method]}, ${rounds} of ${config.batchSize}, learning rate ${config.learningRate}.`;
}

/** Greedy replies of what stands after the run, or before it; of whole models from the file that was written. */
async function replies(
  { command, base, tools, reporter }: Session,
  { prompts, maxTokens }: { prompts: readonly TokenisedPrompt[]; maxTokens: number },
  weights: TrainedWeights | null,
): Promise<string[]> {
  if (prompts.length === 0) return [];
  const adapter: AdapterWeights | null = weights?.kind === "adapter" ? withoutHead(weights.weights) : null;
  const sample = (rollouts: Rollouts) => greedyReplies(rollouts, adapter, prompts, maxTokens);
  if (tools.rollouts && weights?.kind !== "model") return sample(tools.rollouts);
  const file = weights?.kind === "model" ? join(command.out, MODEL_FILE) : command.base;
  const rollouts = await openSampler(file, command.threads, base.model, reporter.note);
  try {
    return await sample(rollouts);
  } finally {
    await rollouts.close();
  }
}
