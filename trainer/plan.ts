/** From examples of any kind to what a method trains on: one way for the command line and the trainer, so that both train alike. */

import type { TrainingMethod, Tuning } from "../server/domain/run-config.ts";
import type { Tokenizer } from "../server/gguf/tokenizer.ts";
import type {
  DialogueExample,
  PreferenceExample,
  PromptExample,
  RankingExample,
  TextExample,
  ThumbExample,
  TokenisedDialogue,
} from "./data/example.ts";
import {
  chatTokens,
  type LengthRule,
  type Tokenised,
  tokeniseDialogues,
  tokenisePairs,
  tokenisePrompts,
  tokeniseRankings,
  tokeniseTexts,
  tokeniseThumbs,
} from "./data/tokenise.ts";
import type { TrainingPlan } from "./train.ts";

/** What a run was given, by kind; a method takes what it needs and looks at nothing else. */
export interface Sources {
  DIALOGUES?: readonly DialogueExample[];
  TEXTS?: readonly TextExample[];
  /** RLAIF: pairs that people judged, mixed in where the settings say so. */
  PAIRS?: readonly PreferenceExample[];
  RANKINGS?: readonly RankingExample[];
  THUMBS?: readonly ThumbExample[];
  PROMPTS?: readonly PromptExample[];
  /** General data against forgetting, for the methods that imitate. */
  replay?: { DIALOGUES: readonly DialogueExample[] } | { TEXTS: readonly TextExample[] };
}

/** The settings that decide how examples become tokens. */
export interface TokenSettings extends LengthRule {
  learn?: "last" | "all";
  maxTokens?: number;
  tuning?: Tuning;
  rank?: number;
}

export type PlanTokenizer = Pick<Tokenizer, "renderChat" | "encode" | "endOfTurnId" | "eosId">;

/** All of a plan but its method and settings. */
export type PlanData = { [P in TrainingPlan as P["method"]]: Omit<P, "method" | "config"> }[TrainingMethod];

export interface PlannedData {
  data: PlanData;
  /** Left out because they are longer than allowed, from whichever source. */
  dropped: number;
  /** Of thumbs, how many were up. */
  liked?: number;
}

/**
 * Tokenises what `method` trains on.
 * @param contextLength of the base; with `maxLength` it bounds prompt + reply
 * @throws TrainerError OVER_LENGTH or BAD_DATA naming the example
 */
export function planData(
  method: TrainingMethod,
  settings: TokenSettings,
  sources: Sources,
  tokenizer: PlanTokenizer,
  contextLength: number,
): PlannedData {
  const chat = chatTokens(tokenizer);
  const room = contextLength - virtualTokens(settings);
  const rule = { maxLength: Math.min(settings.maxLength, room), overLong: settings.overLong };
  const chunks = (texts: readonly TextExample[] = []) => tokeniseTexts(texts, tokenizer, rule.maxLength);
  const replay = (): Tokenised<TokenisedDialogue> => {
    const general = sources.replay ?? { DIALOGUES: [] };
    if ("TEXTS" in general) return { examples: chunks(general.TEXTS), dropped: 0 };
    return tokeniseDialogues(general.DIALOGUES, chat, rule, settings.learn);
  };
  const prompts = () => tokenisePrompts(sources.PROMPTS ?? [], chat, rule, settings.maxTokens);
  switch (method) {
    case "SFT": {
      const own = tokeniseDialogues(sources.DIALOGUES ?? [], chat, rule, settings.learn);
      return withReplay(own, replay());
    }
    case "PRETRAIN":
      return withReplay({ examples: chunks(sources.TEXTS), dropped: 0 }, replay());
    case "BEST_OF_K":
    case "DISTIL":
      return withReplay(prompts(), replay());
    case "REWARD":
      return only(tokeniseRankings(sources.RANKINGS ?? [], chat, rule));
    case "DPO":
    case "SIMPO":
    case "ORPO":
      return only(tokenisePairs(sources.PAIRS ?? [], chat, rule));
    case "KTO": {
      const thumbs = tokeniseThumbs(sources.THUMBS ?? [], chat, rule);
      return { ...only(thumbs), liked: thumbs.examples.filter(({ liked }) => liked).length };
    }
    case "PPO":
    case "GRPO":
      return only(prompts());
    case "RLAIF": {
      // As texts: the judge reads them too, to be compared with the people who judged them.
      const { data, dropped } = only(prompts());
      return { data: { ...data, humanPairs: sources.PAIRS } as PlanData, dropped };
    }
  }
}

/** Virtual tokens stand before every example and take their share of the context. */
const virtualTokens = ({ tuning, rank = 0 }: TokenSettings) => (tuning === "prompt" || tuning === "prefix" ? rank : 0);

function only<T>({ examples, dropped }: Tokenised<T>): PlannedData {
  // The switch above pairs every method with its own kind of example.
  return { data: { examples } as unknown as PlanData, dropped };
}

function withReplay<T>(own: Tokenised<T>, replay: Tokenised<TokenisedDialogue>): PlannedData {
  const { data } = only(own);
  return {
    data: replay.examples.length > 0 ? ({ ...data, replay: replay.examples } as PlanData) : data,
    dropped: own.dropped + replay.dropped,
  };
}
