/** A claimed Run's Dataset as the methods and the evaluation take it. */

import type { ClaimedRun } from "../server/domain/run.ts";
import { RUN_CONFIG_SCHEMAS, resolveRunConfig } from "../server/domain/run-config.ts";
import type { ChatMessage } from "../server/gguf/chat-template.ts";
import type { Tokenizer } from "../server/gguf/tokenizer.ts";
import type { PreferenceExample, TokenisedPair } from "./data/example.ts";
import { chatTokens, type Tokenised, tokeniseDialogues, tokenisePairs } from "./data/tokenise.ts";
import { TrainerError } from "./errors.ts";
import type { TrainingPlan } from "./train.ts";

/** A pair of the Dataset with the side it fell on. */
export interface StoredPair {
  prompt: readonly ChatMessage[];
  chosen: { content: string; tokenIds: number[] | null };
  rejected: { content: string; tokenIds: number[] | null };
  weight: number;
  split: "TRAIN" | "HELDOUT";
}

/** A prompt to which replies may be sampled. */
export interface ReplyPrompt {
  messages: readonly ChatMessage[];
  /** [T], up to where the assistant speaks. */
  tokens: Int32Array;
}

export interface RunData {
  plan: TrainingPlan;
  heldOut: TokenisedPair[];
  /** Held-out prompts first; each once. */
  prompts: ReplyPrompt[];
  /** Pairs left out for their length, on either side. */
  dropped: number;
}

/** Prompts to which replies are sampled at the end of a run: enough for a mean, few enough for some seconds. */
const MOST_PROMPTS = 16;

/**
 * Tokenises a Run's pairs. SFT imitates the chosen replies.
 * @param contextLength of the base; with the settings' `maxLength` it bounds prompt + reply
 * @throws TrainerError BAD_CONFIG when the stored settings are not of the method's current version
 */
export async function prepareRunData(
  run: ClaimedRun["run"],
  pairs: AsyncIterable<StoredPair>,
  tokenizer: Pick<Tokenizer, "renderChat" | "encode" | "endOfTurnId">,
  contextLength: number,
): Promise<RunData> {
  const method = run.method === "SFT" ? "SFT" : "DPO";
  const schema = RUN_CONFIG_SCHEMAS[method].safeParse(run.config);
  if (!schema.success)
    throw new TrainerError(
      "BAD_CONFIG",
      `The run's settings are not those of a ${run.method} run (${schema.error.issues[0]?.message}); start a new run.`,
    );
  const { maxLength, overLong } = schema.data;
  const rule = { maxLength: Math.min(maxLength, contextLength), overLong };
  const chat = chatTokens(tokenizer);

  const sides = { TRAIN: [] as PreferenceExample[], HELDOUT: [] as PreferenceExample[] };
  let ordinal = 0;
  for await (const { split, ...pair } of pairs)
    sides[split].push({ ...pair, origin: `pair ${++ordinal} of the dataset` });

  const heldOut = tokenisePairs(sides.HELDOUT, chat, { ...rule, overLong: "drop" });
  const dialogues = () => sides.TRAIN.map(({ chosen, ...rest }) => ({ ...rest, completion: chosen }));
  // Settings that name no rate or number of epochs get them here, for runs made by other means than the pages.
  const settle = (examples: number) => ({ parameters: Number.POSITIVE_INFINITY, examples });
  const planned: { plan: TrainingPlan; dropped: number } =
    method === "SFT"
      ? withPlan(tokeniseDialogues(dialogues(), chat, rule), (examples) => ({
          method,
          examples,
          config: resolveRunConfig(method, run.config, settle(examples.length)),
        }))
      : withPlan(tokenisePairs(sides.TRAIN, chat, rule), (examples) => ({
          method,
          examples,
          config: resolveRunConfig(method, run.config, settle(examples.length)),
        }));
  const prompts = distinctPrompts([...sides.HELDOUT, ...sides.TRAIN])
    .map((messages) => ({ messages, tokens: Int32Array.from(chat.prompt(messages)) }))
    .filter(({ tokens }) => tokens.length < rule.maxLength)
    .slice(0, MOST_PROMPTS);
  return { plan: planned.plan, heldOut: heldOut.examples, prompts, dropped: planned.dropped + heldOut.dropped };
}

function withPlan<T>({ examples, dropped }: Tokenised<T>, plan: (examples: T[]) => TrainingPlan) {
  return { plan: plan(examples), dropped };
}

function distinctPrompts(pairs: readonly PreferenceExample[]): (readonly ChatMessage[])[] {
  const byText = new Map(pairs.map(({ prompt }) => [JSON.stringify(prompt.map((m) => [m.role, m.content])), prompt]));
  return [...byText.values()];
}
