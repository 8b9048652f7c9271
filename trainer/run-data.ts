/** A claimed Run's Dataset as the methods and the evaluation take it. */

import { z } from "zod";
import type { ClaimedRun } from "../server/domain/run.ts";
import { storedRunConfig } from "../server/domain/run-config.ts";
import type { ChatMessage } from "../server/gguf/chat-template.ts";
import type { Tokenizer } from "../server/gguf/tokenizer.ts";
import type { PreferenceExample, TokenisedPair } from "./data/example.ts";
import { type ChatTokens, chatTokens, type LengthRule, tokeniseDialogues, tokenisePairs } from "./data/tokenise.ts";
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
  const sides = { TRAIN: [] as PreferenceExample[], HELDOUT: [] as PreferenceExample[] };
  let ordinal = 0;
  for await (const { split, ...pair } of pairs)
    sides[split].push({ ...pair, origin: `pair ${++ordinal} of the dataset` });

  const chat = chatTokens(tokenizer);
  const { plan, rule, dropped } = planOf(run, sides.TRAIN, chat, contextLength);
  const heldOut = tokenisePairs(sides.HELDOUT, chat, { ...rule, overLong: "drop" });
  const prompts = distinctPrompts([...sides.HELDOUT, ...sides.TRAIN])
    .map((messages) => ({ messages, tokens: Int32Array.from(chat.prompt(messages)) }))
    .filter(({ tokens }) => tokens.length < rule.maxLength)
    .slice(0, MOST_PROMPTS);
  return { plan, heldOut: heldOut.examples, prompts, dropped: dropped + heldOut.dropped };
}

function planOf(
  run: ClaimedRun["run"],
  pairs: readonly PreferenceExample[],
  chat: ChatTokens,
  contextLength: number,
): { plan: TrainingPlan; rule: LengthRule; dropped: number } {
  const ruleOf = ({ maxLength, overLong }: LengthRule) => ({ maxLength: Math.min(maxLength, contextLength), overLong });
  if (run.method === "SFT") {
    const config = stored(() => storedRunConfig("SFT", run.config));
    const dialogues = pairs.map(({ chosen, ...rest }) => ({ ...rest, completion: chosen }));
    const { examples, dropped } = tokeniseDialogues(dialogues, chat, ruleOf(config));
    return { plan: { method: "SFT", config, examples }, rule: ruleOf(config), dropped };
  }
  const config = stored(() => storedRunConfig("DPO", run.config));
  const { examples, dropped } = tokenisePairs(pairs, chat, ruleOf(config));
  return { plan: { method: "DPO", config, examples }, rule: ruleOf(config), dropped };
}

function stored<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof z.ZodError ? cause.issues.map(({ message }) => message).join("; ") : String(cause);
    throw new TrainerError("BAD_CONFIG", `The run's stored settings cannot be read (${why}); start a new run.`, {
      cause,
    });
  }
}

function distinctPrompts(pairs: readonly PreferenceExample[]): (readonly ChatMessage[])[] {
  const byText = new Map(pairs.map(({ prompt }) => [JSON.stringify(prompt.map((m) => [m.role, m.content])), prompt]));
  return [...byText.values()];
}
