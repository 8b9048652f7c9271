/** What the learning experiments share: the starter in a training engine, its replies, and how figures are told. */

import { fileURLToPath } from "node:url";
import {
  countParameters,
  type RunConfig,
  resolveRunConfig,
  type TrainingMethod,
} from "../../server/domain/run-config.ts";
import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import { openTokenizer, type Tokenizer } from "../../server/gguf/tokenizer.ts";
import { type ChatTokens, chatTokens, tokenisePrompts } from "../../trainer/data/tokenise.ts";
import type { AdapterWeights, Engine } from "../../trainer/engine/contract.ts";
import { openEngine } from "../../trainer/engine/index.ts";
import type { MethodRun, StepReport } from "../../trainer/methods/run.ts";
import type { Rollouts } from "../../trainer/rollout/contract.ts";
import { openRollouts } from "../../trainer/rollout/rollouts.ts";
import { checkReply } from "../../trainer/starter/check.ts";
import type { Item, Turn } from "../../trainer/starter/corpus/types.ts";
import { sumItems } from "../../trainer/starter/held-out.ts";

export interface Experiment {
  seed: number;
  /** Of the engine. */
  threads: number;
  /** Fewer examples, steps and measurements, for a test that must not take long. */
  quick: boolean;
  /** Settings of the run instead of the experiment's own. */
  settings?: Record<string, unknown>;
  onStep?(report: StepReport): void;
}

/** One figure before and after training. */
export interface Figure {
  name: string;
  before: number;
  after: number;
}

export interface Outcome {
  method: string;
  /** What was trained on and measured on, in a sentence. */
  data: string;
  figures: Figure[];
  steps: number;
  /** Of training alone. */
  seconds: number;
}

const MODEL = fileURLToPath(new URL("../../models/starter.gguf", import.meta.url));
const MAX_LENGTH = 256;

/** Nothing in the experiments is longer. */
export const LENGTH_RULE = { maxLength: MAX_LENGTH, overLong: "error" } as const;

export interface Starter {
  engine: Engine;
  tokenizer: Tokenizer;
  chat: ChatTokens;
  /** For methods that sample; `replies` uses the same process. */
  rollouts: Rollouts;
  /** The settings that a run of this method would get, with the experiment's on top. */
  config<M extends TrainingMethod>(
    method: M,
    settings: object,
    scale: { examples: number; liked?: number },
  ): RunConfig<M>;
  /** A run from a fresh adapter, timed from here to `seconds`. */
  run(): Pick<MethodRun, "engine" | "seed" | "start" | "resume" | "onStep">;
  /** Replies of the base (null) or an adapter, sampled by llama.cpp; temperature 0 is greedy. [prompts] */
  replies(weights: AdapterWeights | null, prompts: readonly ChatMessage[][], temperature?: number): Promise<string[]>;
}

/** Opens the starter for one experiment and closes it afterwards. */
export async function withStarter<T>(
  { seed, threads, settings: changes, onStep }: Experiment,
  work: (starter: Starter) => Promise<T>,
  mode: "lora" | "full" = "lora",
): Promise<T> {
  const engine = await openEngine({ baseGguf: MODEL, mode, threads, backend: "onnx-cpu" });
  const tokenizer = await openTokenizer(MODEL);
  const chat = chatTokens(tokenizer);
  const rollouts = await openRollouts({ model: MODEL, contextLength: 2048 });
  try {
    return await work({
      engine,
      tokenizer,
      chat,
      rollouts,
      config: (method, own, scale) =>
        resolveRunConfig(
          method,
          { maxLength: MAX_LENGTH, ...own, ...changes },
          { parameters: countParameters(engine.config), ...scale },
        ),
      run: () => ({ engine, seed, start: null, resume: null, onStep: (report) => onStep?.(report) }),
      async replies(weights, prompts, temperature = 0) {
        const examples = prompts.map((prompt, i) => ({ prompt, answer: null, origin: `prompt ${i + 1}` }));
        await rollouts.use(weights);
        const tokenised = tokenisePrompts(examples, chat, LENGTH_RULE).examples;
        const sampled = await rollouts.sample(tokenised, { count: 1, maxTokens: 96, temperature, seed });
        return sampled.map(([reply]) => reply!.text);
      },
    });
  } finally {
    await rollouts.close();
    await tokenizer.close();
    await engine.close();
  }
}

/** A question in its context, as messages. */
export function messagesOf(text: string, history: readonly Turn[] = []): ChatMessage[] {
  const earlier = history.flatMap(({ user, assistant }): ChatMessage[] => [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ]);
  return [...earlier, { role: "user", content: text }];
}

export const share = <T>(items: readonly T[], holds: (item: T, index: number) => boolean): number =>
  items.filter(holds).length / items.length;

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Share of these items that a model answers rightly, greedily. */
export async function rightShare(starter: Starter, weights: AdapterWeights | null, items: readonly Item[]) {
  const replies = await starter.replies(
    weights,
    items.map(({ prompt, history }) => messagesOf(prompt, history)),
  );
  return share(items, (item, i) => checkReply(item, replies[i]!));
}

/** Sums of numbers it was taught, in phrasings it never met: what must not be forgotten. */
export const arithmeticItems = (seed: number, quick: boolean) => sumItems(seed, quick ? 40 : 100, true);

/** Runs `work` and says how many seconds it took. */
export async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000 };
}
