/** What the methods train on, before and after it becomes tokens. */

import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import type { TokenSequence } from "../engine/contract.ts";

/** A reply that was judged. */
export interface Reply {
  content: string;
  /** The token ids that were sampled, end token included; null for text that was typed. */
  tokenIds: readonly number[] | null;
}

/** A prompt with the better and the worse of two replies. */
export interface PreferenceExample {
  prompt: readonly ChatMessage[];
  chosen: Reply;
  rejected: Reply;
  /** Above 0; 1 is an ordinary pair. */
  weight: number;
  /** Probability that the pair is the wrong way round, below ½, where it is known, say from how far raters agree. */
  epsilon?: number;
  /** Where it came from, for messages: `line 12`, `pair 3f0c…`. */
  origin: string;
}

/** A dialogue whose last turn, by the assistant, is to be imitated; with `learn: "all"` the assistant's earlier ones too. */
export interface DialogueExample {
  prompt: readonly ChatMessage[];
  completion: Reply;
  weight: number;
  origin: string;
}

/** A pair as tokens. Both rows begin with the same prompt; the targets are their completions. */
export interface TokenisedPair {
  chosen: TokenSequence;
  rejected: TokenSequence;
  weight: number;
  /** As the example's; the losses that use it take it instead of the run's own. */
  epsilon?: number;
}

/** A dialogue as tokens; the targets are the replies that are learned. */
export interface TokenisedDialogue {
  sequence: TokenSequence;
  weight: number;
}

/** A prompt with K replies in order of preference. Equal ranks are a tie. */
export interface RankingExample {
  prompt: readonly ChatMessage[];
  replies: readonly (Reply & { rank: number })[];
  /** By how much the better of two replies should be ahead, where somebody said so; pairs only. */
  margin?: number;
  weight: number;
  origin: string;
}

/** A reply that was liked or disliked on its own. */
export interface ThumbExample {
  prompt: readonly ChatMessage[];
  completion: Reply;
  liked: boolean;
  weight: number;
  origin: string;
}

/** A document of plain text. */
export interface TextExample {
  text: string;
  origin: string;
}

/** A prompt to be answered, with the answer where a reward checks it. */
export interface PromptExample {
  prompt: readonly ChatMessage[];
  answer: string | null;
  origin: string;
}

/** A ranking as tokens: every row is prompt + reply with one readout at its last token and no targets. */
export interface TokenisedRanking {
  replies: TokenSequence[];
  /** [K], 1 is best. */
  ranks: number[];
  margin: number;
  weight: number;
}

/** A judged reply as tokens; the targets are the completion. */
export interface TokenisedThumb {
  sequence: TokenSequence;
  liked: boolean;
  weight: number;
}

/** A prompt as tokens, up to where the assistant speaks. */
export interface TokenisedPrompt extends PromptExample {
  tokens: Int32Array;
}
