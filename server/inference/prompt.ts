/** A prompt as it is evaluated: its tokens, cut into pieces at fixed places. */

import { AppError } from "../errors.ts";
import { GgufError } from "../gguf/format.ts";
import type { RenderedChat, Tokenizer } from "../gguf/tokenizer.ts";
import type { GenerateRequest } from "./protocol.ts";

/**
 * Most tokens evaluated in one go. Other streams wait for a piece, so it is short; below it the processor's matrix
 * units are not filled.
 */
export const PIECE_TOKENS = 128;

export interface Prompt {
  /** [T] */
  tokens: Int32Array;
  /** Ascending ends of the pieces; the last is T - 1, since the last token is evaluated by the generation itself. */
  ends: number[];
}

/** Nothing to remember and nothing to reuse. */
export const NO_PROMPT: Prompt = { tokens: new Int32Array(), ends: [] };

/**
 * Cuts a prompt. The places depend on the conversation alone: before and after the last token of every beginning of an
 * assistant's turn, and every 128 tokens between. A later turn or a second draft therefore meets the same pieces.
 */
export function cutPrompt({ tokens, completions }: Pick<RenderedChat, "tokens" | "completions">): Prompt {
  const turns = [...completions.map(({ start }) => start), tokens.length];
  const marks = new Set(turns.flatMap((start) => [start - 1, start]));
  const ends: number[] = [];
  let at = 0;
  for (const mark of [...marks].sort((a, b) => a - b)) {
    if (mark <= at || mark >= tokens.length) continue;
    for (; mark - at > PIECE_TOKENS; at += PIECE_TOKENS) ends.push(at + PIECE_TOKENS);
    ends.push(mark);
    at = mark;
  }
  return { tokens, ends };
}

/**
 * What of `maxTokens` fits behind a prompt.
 * @throws AppError CONTEXT_OVERFLOW when not even one token does.
 */
export function tokensLeft(promptTokens: number, maxTokens: number, contextLength: number): number {
  const left = contextLength - promptTokens;
  if (left < 1) {
    throw new AppError(
      "CONTEXT_OVERFLOW",
      `The conversation has ${promptTokens} tokens, the context holds ${contextLength} with at least one for the reply; ` +
        "shorten it or start a new conversation.",
    );
  }
  return Math.min(maxTokens, left);
}

/** @throws AppError INVALID_INPUT naming the first id that is not in the vocabulary. */
export function requireKnownTokens(tokenIds: readonly number[], vocabulary: number): void {
  const unknown = tokenIds.find((id) => id >= vocabulary);
  if (unknown !== undefined) {
    throw new AppError(
      "INVALID_INPUT",
      `Token id ${unknown} is not in the vocabulary of ${vocabulary}; it belongs to another model.`,
    );
  }
}

/**
 * Tokens of a conversation up to where the assistant begins to speak.
 * @throws AppError INVALID_INPUT when the model's template refuses the messages, CONTEXT_OVERFLOW for a text that is
 * too long whatever its tokens are: it is not even tokenised.
 */
export function renderPrompt(
  { tokenizer, base }: { tokenizer: Tokenizer; base: { vocabulary: number; contextLength: number } },
  messages: GenerateRequest["messages"],
): RenderedChat {
  let characters = 0;
  for (const { content, tokenIds } of messages) {
    requireKnownTokens(tokenIds ?? [], base.vocabulary);
    characters += tokenIds ? 0 : content.length;
  }
  if (characters > base.contextLength * tokenizer.longestTokenBytes) {
    throw new AppError(
      "CONTEXT_OVERFLOW",
      `The conversation has ${characters} characters, more than ${base.contextLength} tokens can hold; shorten it.`,
    );
  }
  try {
    return tokenizer.renderChat(messages, { addGenerationPrompt: true });
  } catch (cause) {
    if (!(cause instanceof GgufError)) throw cause;
    throw new AppError("INVALID_INPUT", cause.message, { cause });
  }
}
