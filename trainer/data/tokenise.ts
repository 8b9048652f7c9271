/** Turns examples into token rows with the completion as target, as the serving side would have rendered them. */

import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import type { Tokenizer } from "../../server/gguf/tokenizer.ts";
import type { TokenSequence } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type { DialogueExample, PreferenceExample, Reply, TokenisedDialogue, TokenisedPair } from "./example.ts";

/** What is needed of the tokenizer that serving uses too. */
export interface ChatTokens {
  /** Tokens of a dialogue up to where the assistant's next reply begins. */
  prompt(messages: readonly ChatMessage[]): ArrayLike<number>;
  /** Tokens of plain text: control tokens in it stay text. */
  text(content: string): ArrayLike<number>;
  /** Ends every reply. */
  endOfTurn: number;
}

/** The model's own template and vocabulary, as serving uses them. */
export function chatTokens(tokenizer: Pick<Tokenizer, "renderChat" | "encode" | "endOfTurnId">): ChatTokens {
  return {
    prompt: (messages) => tokenizer.renderChat(messages, { addGenerationPrompt: true }).tokens,
    text: (content) => tokenizer.encode(content),
    endOfTurn: tokenizer.endOfTurnId,
  };
}

export interface LengthRule {
  /** Longest prompt + completion, tokens. */
  maxLength: number;
  /** What becomes of a longer example. */
  overLong: "drop" | "error";
}

export interface Tokenised<T> {
  examples: T[];
  /** Examples left out because they are longer than allowed. */
  dropped: number;
}

/**
 * Tokenises pairs. The sampled token ids of a reply are used as they are, so a reply that was cut off does not teach
 * to end there; text is tokenised and the end-of-turn token appended. The prompt is context only: just the completion's tokens are targets. Nothing is ever cut.
 * @throws TrainerError OVER_LENGTH naming the pair where `overLong` is "error"; BAD_DATA for an empty reply
 */
export function tokenisePairs(
  pairs: readonly PreferenceExample[],
  chat: ChatTokens,
  rule: LengthRule,
): Tokenised<TokenisedPair> {
  return keepWithin(pairs, rule, "pair", (pair) => {
    const prompt = Int32Array.from(chat.prompt(pair.prompt));
    const row = (reply: Reply) => sequence(prompt, completionTokens(reply, chat, pair.origin));
    const [chosen, rejected] = [row(pair.chosen), row(pair.rejected)];
    return { example: { chosen, rejected, weight: pair.weight }, rows: [chosen, rejected] };
  });
}

/** As `tokenisePairs`, for dialogues whose last reply is to be imitated. */
export function tokeniseDialogues(
  dialogues: readonly DialogueExample[],
  chat: ChatTokens,
  rule: LengthRule,
): Tokenised<TokenisedDialogue> {
  return keepWithin(dialogues, rule, "dialogue", (dialogue) => {
    const prompt = Int32Array.from(chat.prompt(dialogue.prompt));
    const row = sequence(prompt, completionTokens(dialogue.completion, chat, dialogue.origin));
    return { example: { sequence: row, weight: dialogue.weight }, rows: [row] };
  });
}

/** Prompt and completion in one row; the completion's positions are the targets. */
export function sequence(prompt: Int32Array, completion: ArrayLike<number>): TokenSequence {
  const tokens = new Int32Array(prompt.length + completion.length);
  tokens.set(prompt);
  tokens.set(Int32Array.from(completion), prompt.length);
  return { tokens, targets: Int32Array.from({ length: completion.length }, (_, i) => prompt.length + i) };
}

function completionTokens(reply: Reply, chat: ChatTokens, origin: string): ArrayLike<number> {
  if (reply.tokenIds && reply.tokenIds.length > 0) return reply.tokenIds;
  if (reply.content === "")
    throw new TrainerError("BAD_DATA", `${origin}: expected a reply, found an empty one; leave the example out.`);
  return [...Array.from(chat.text(reply.content)), chat.endOfTurn];
}

function keepWithin<In extends { origin: string }, Out>(
  inputs: readonly In[],
  { maxLength, overLong }: LengthRule,
  kind: string,
  tokenise: (input: In) => { example: Out; rows: TokenSequence[] },
): Tokenised<Out> {
  const examples: Out[] = [];
  let dropped = 0;
  for (const input of inputs) {
    const { example, rows } = tokenise(input);
    const longest = Math.max(...rows.map((row) => row.tokens.length));
    if (longest <= maxLength) examples.push(example);
    else if (overLong === "drop") dropped++;
    else
      throw new TrainerError(
        "OVER_LENGTH",
        `The ${kind} at ${input.origin} is ${longest} tokens long, at most ${maxLength} are allowed; ` +
          "shorten it, raise maxLength, or set overLong=drop to leave such examples out.",
      );
  }
  return { examples, dropped };
}
