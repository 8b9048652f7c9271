/**
 * Hone's side of the comparison of whole runs with TRL: trains the starter by five methods and writes down all that TRL
 * needs to do the same. Run by hand, see README.md; `npx tsx tests/golden/compare/hone.ts <folder> [run …]`.
 */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countParameters, type RewardSpec, resolveRunConfig } from "../../../server/domain/run-config.ts";
import type { ChatMessage } from "../../../server/gguf/chat-template.ts";
import { requireArray, requireString } from "../../../server/gguf/model-config.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { writeSafetensors } from "../../../server/gguf/safetensors.ts";
import { openTokenizer } from "../../../server/gguf/tokenizer.ts";
import { writePeft } from "../../../trainer/adapters/peft.ts";
import type { TokenisedPrompt } from "../../../trainer/data/example.ts";
import { DataOrder } from "../../../trainer/data/order.ts";
import {
  chatTokens,
  tokeniseDialogues,
  tokenisePairs,
  tokenisePrompts,
  tokeniseRankings,
  tokeniseThumbs,
} from "../../../trainer/data/tokenise.ts";
import { type AdapterWeights, HEAD, type Metrics, type NamedTensor } from "../../../trainer/engine/contract.ts";
import { openEngine } from "../../../trainer/engine/index.ts";
import { loadBase } from "../../../trainer/engine/load.ts";
import { seededRandom } from "../../../trainer/engine/random.ts";
import { mismatchedRows } from "../../../trainer/methods/kto.ts";
import { checkOf } from "../../../trainer/rewards/checks.ts";
import type { Rollout, Rollouts } from "../../../trainer/rollout/contract.ts";
import { dialogues } from "../../../trainer/starter/corpus/dialogue.ts";
import { type TrainingPlan, train } from "../../../trainer/train.ts";

const MODEL = fileURLToPath(new URL("../../../models/starter.gguf", import.meta.url));
const SEED = 7;
const EXAMPLES = 40;
const LENGTH_RULE = { maxLength: 512, overLong: "error" } as const;
const WEIGHTED = { weight: 1, origin: "comparison" };

/** Hugging Face's names of a Qwen3 block's tensors; its rows stand in the same order in GGUF. */
const BLOCK_NAMES: Record<string, string> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};
const OTHER_NAMES: Record<string, string> = { token_embd: "embed_tokens", output_norm: "norm" };

/** What is trained on, as texts: a prompt with its own reply, another's, and whether KTO is shown the right one. */
interface Example {
  prompt: ChatMessage[];
  right: string;
  wrong: string;
  liked: boolean;
}

/** Dialogues of the starter's corpus in both languages, some with a system prompt and earlier turns. */
function examplesOf(seed: number, count: number): Example[] {
  const stream = dialogues(seed);
  const drawn = Array.from({ length: count }, () => stream.next().value);
  const replies = drawn.map(({ turns }) => turns.at(-1)!.assistant);
  return drawn.map(({ system, turns }, i) => ({
    prompt: [
      ...(system ? [{ role: "system" as const, content: system }] : []),
      ...turns.flatMap(({ user, assistant }, k): ChatMessage[] => [
        { role: "user", content: user },
        ...(k < turns.length - 1 ? [{ role: "assistant" as const, content: assistant }] : []),
      ]),
    ],
    right: replies[i]!,
    wrong: replies.find((reply, k) => k > i && reply !== replies[i]) ?? replies.find((reply) => reply !== replies[i])!,
    liked: i % 5 < 3,
  }));
}

/** Replies that were written down beforehand, so that both sides learn from the same; every fourth is cut off. */
class FixedRollouts implements Rollouts {
  /** [iteration][reply] */
  readonly given: Rollout[][] = [];
  readonly #texts: string[];

  constructor(
    texts: readonly string[],
    private readonly encode: (text: string) => number[],
    private readonly endOfTurn: number,
  ) {
    this.#texts = [...texts];
  }

  async use(): Promise<void> {}

  async sample(prompts: readonly TokenisedPrompt[], { count }: { count: number }): Promise<Rollout[][]> {
    const replies = prompts.map(({ tokens }) =>
      Array.from({ length: count }, (_, k): Rollout => {
        const text = this.#texts.shift()!;
        this.#texts.push(text);
        const ended = k !== 3;
        const ids = this.encode(text).slice(0, ended ? undefined : 6);
        return { prompt: tokens, completion: Int32Array.from(ended ? [...ids, this.endOfTurn] : ids), text, ended };
      }),
    );
    this.given.push(replies.flat());
    return replies;
  }

  async close(): Promise<void> {}
}

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error("Expected a folder to write to: npx tsx tests/golden/compare/hone.ts <folder>");
await mkdir(folder, { recursive: true });
const engine = await openEngine({ baseGguf: MODEL, mode: "lora", backend: "onnx-cpu", threads: 1 });
const tokenizer = await openTokenizer(MODEL);
const chat = chatTokens(tokenizer);
const write = (name: string, value: unknown) =>
  // Typed arrays as plain lists.
  writeFile(
    join(folder, name),
    JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? Array.from(item as Int32Array) : item)),
  );

// The base in Hugging Face's layout, and its tokenizer's tables.
const { config: model, weights } = loadBase(MODEL);
const base = weights.map(({ name, ...tensor }): NamedTensor => {
  const [, block, layer] = /^blk\.(\d+)\.(\w+)\.weight$/.exec(name) ?? [];
  const own = block ? `layers.${block}.${BLOCK_NAMES[layer!]}` : OTHER_NAMES[name.replace(/\.weight$/, "")];
  return { ...tensor, name: `model.${own}.weight` };
});
await writeSafetensors(join(folder, "base.safetensors"), { tensors: base, metadata: { format: "pt" } });
const file = openGguf(MODEL);
await write("base.json", {
  model,
  tokens: requireArray(file, "tokenizer.ggml.tokens", "string"),
  merges: requireArray(file, "tokenizer.ggml.merges", "string"),
  template: requireString(file, "tokenizer.chat_template"),
});
file.close();

// A start with an effect: B and the head are not 0, so that every gradient counts from the first step.
const random = seededRandom(SEED);
function startingAdapter(head: boolean): AdapterWeights {
  engine.createAdapter("start", { rank: 8, alpha: 16, head }, SEED);
  const adapter = engine.exportAdapter("start");
  engine.dropAdapter("start");
  for (const { name, data } of adapter.tensors)
    if (name.endsWith("lora_b") || name === HEAD) for (const i of data.keys()) data[i] = 0.02 * random.normal();
  return adapter;
}
const start = startingAdapter(false);
const startWithHead = startingAdapter(true);

const examples = examplesOf(SEED, EXAMPLES);
const reply = (content: string) => ({ content, tokenIds: null });
const dialoguesOf = examples.map(({ prompt, right }) => ({ prompt, completion: reply(right), ...WEIGHTED }));
const pairsOf = examples.map(({ prompt, right, wrong }) => ({
  ...{ prompt, chosen: reply(right), rejected: reply(wrong), ...WEIGHTED },
}));
const rankingsOf = examples.map(({ prompt, right, wrong }) => ({
  ...{
    prompt,
    replies: [
      { ...reply(right), rank: 1 },
      { ...reply(wrong), rank: 2 },
    ],
    ...WEIGHTED,
  },
}));
const thumbsOf = examples.map(({ prompt, right, wrong, liked }) => ({
  ...{ prompt, completion: reply(liked ? right : wrong), liked, ...WEIGHTED },
}));
const promptsOf = examples.map(({ prompt }) => ({ prompt, answer: null, origin: "comparison" }));

const settings = { rank: 8, alpha: 16, batchSize: 8, microBatchSize: 4, warmup: 0, weightDecay: 0.01, epochs: 3 };
const scale = { parameters: countParameters(model), examples: EXAMPLES, liked: examples.filter((e) => e.liked).length };
const dialogueRows = tokeniseDialogues(dialoguesOf, chat, LENGTH_RULE).examples;
const pairRows = tokenisePairs(pairsOf, chat, LENGTH_RULE).examples;
const thumbRows = tokeniseThumbs(thumbsOf, chat, LENGTH_RULE).examples;
const rankingRows = tokeniseRankings(rankingsOf, chat, LENGTH_RULE).examples;
const promptRows = tokenisePrompts(promptsOf, chat, LENGTH_RULE).examples;

const dpo = (own: object): TrainingPlan => ({
  method: "DPO",
  config: resolveRunConfig("DPO", { ...settings, learningRate: 5e-4, ...own }, scale),
  examples: pairRows,
});
const grpoReward: RewardSpec = { kind: "length", weight: 1, min: 4, max: 8 };
const { epochs: _, ...iterated } = settings;
const grpo = (own: object): TrainingPlan => ({
  method: "GRPO",
  config: resolveRunConfig(
    "GRPO",
    {
      ...{ ...iterated, learningRate: 2e-4, steps: 8, batchSize: 4, groupSize: 4, innerEpochs: 2, microBatchSize: 16 },
      ...{ beta: 0.04, maxTokens: 64, stopKl: 100, rewards: [grpoReward], ...own },
    },
    scale,
  ),
  examples: promptRows,
});
const plans: Record<string, TrainingPlan> = {
  sft: {
    method: "SFT",
    config: resolveRunConfig("SFT", { ...settings, learningRate: 1e-3, replay: 0, clipNorm: 0.05 }, scale),
    examples: dialogueRows,
  },
  "dpo-sigmoid": dpo({ loss: "sigmoid" }),
  "dpo-ipo": dpo({ loss: "ipo" }),
  "dpo-sft": dpo({ loss: "sigmoid", sftWeight: 0.5 }),
  kto: {
    method: "KTO",
    config: resolveRunConfig("KTO", { ...settings, learningRate: 5e-4 }, scale),
    examples: thumbRows,
  },
  reward: {
    method: "REWARD",
    config: resolveRunConfig("REWARD", { ...settings, learningRate: 1e-3 }, scale),
    examples: rankingRows,
  },
  "grpo-dapo": grpo({}),
  "grpo-dr": grpo({ normaliser: "dr_grpo", ratio: "sequence", maskTruncated: true }),
};

await writePeft(join(folder, "start"), start, model, "starter");
await writePeft(join(folder, "start-with-head"), startWithHead, model, "starter");
await write("data.json", {
  examples,
  rows: {
    sft: dialogueRows.map(({ sequence }) => sequence),
    pairs: pairRows.map(({ chosen, rejected }) => ({ chosen, rejected })),
    kto: thumbRows.map(({ sequence }) => sequence),
    mismatched: mismatchedRows(thumbRows, SEED),
  },
});

// Log-probability and entropy of every token of some dialogues, under the base and under the starting adapter.
const probe = dialogueRows.slice(0, 8).map(({ sequence: { tokens } }) => ({
  ...{ tokens, targets: Int32Array.from({ length: tokens.length - 1 }, (_, i) => i + 1) },
}));
engine.loadAdapter("start", start);
const before = await engine.forward(probe, { adapter: null });
const after = await engine.forward(probe, { adapter: "start" });
engine.dropAdapter("start");
await write("probe.json", { tokens: probe.map(({ tokens }) => tokens), base: before, start: after });

for (const [name, plan] of Object.entries(plans)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const order = new DataOrder(EXAMPLES, SEED);
  const taken: number[] = [];
  const { batchSize } = plan.config;
  const steps: Metrics[] = [];
  const rollouts = new FixedRollouts(
    examples.map(({ right }) => right),
    (text) => tokenizer.encode(text),
    tokenizer.endOfTurnId,
  );
  const started = Date.now();
  const trained = await train({
    ...{ plan, engine, seed: SEED, tools: { chat, rollouts }, folder: join(folder, "work", name) },
    base: { name: "starter", sha256: "" },
    start: { sha256: "", weights: plan.method === "REWARD" ? startWithHead : start },
    onStep: ({ metrics }) => {
      steps.push(metrics);
      taken.push(...order.next(batchSize));
    },
  });
  if (trained.kind !== "adapter") throw new Error(`${name} made a model.`);
  await writePeft(join(folder, "end", name), trained.weights, model, "starter");
  const given = rollouts.given.map((replies) =>
    replies.map(({ prompt, completion, text }) => ({
      ...{ prompt, completion, text },
      reward: checkOf(grpoReward)({ text, answer: null, tokens: completion.length }),
    })),
  );
  await write(`${name}.json`, { method: plan.method, config: plan.config, taken, steps, rollouts: given });
  engine.dropAdapter("policy");
  console.log(`${name}: ${steps.length} steps, ${((Date.now() - started) / 1000).toFixed(0)} s`);
}
await tokenizer.close();
await engine.close();
