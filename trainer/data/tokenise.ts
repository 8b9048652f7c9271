/** Turns examples into token rows with the completion as target, as the serving side would have rendered them. */

import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import type { Tokenizer } from "../../server/gguf/tokenizer.ts";
import type { TokenSequence } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import type {
  DialogueExample,
  PreferenceExample,
  PromptExample,
  RankingExample,
  Reply,
  TextExample,
  ThumbExample,
  TokenisedDialogue,
  TokenisedPair,
  TokenisedPrompt,
  TokenisedRanking,
  TokenisedThumb,
} from "./example.ts";

/** What is needed of the tokenizer that serving uses too. */
export interface ChatTokens {
  /** Tokens of a dialogue up to where the assistant's next reply begins. */
  prompt(messages: readonly ChatMessage[]): ArrayLike<number>;
  /** Where in `prompt(messages)` the assistant's earlier turns stand, in order: [start, end), the end token included. */
  replies(messages: readonly ChatMessage[]): readonly { start: number; end: number }[];
  /** Tokens of plain text: control tokens in it stay text. */
  text(content: string): ArrayLike<number>;
  /** Ends every reply. */
  endOfTurn: number;
}

/** The model's own template and vocabulary, as serving uses them. */
export function chatTokens(tokenizer: Pick<Tokenizer, "renderChat" | "encode" | "endOfTurnId">): ChatTokens {
  return {
    prompt: (messages) => tokenizer.renderChat(messages, { addGenerationPrompt: true }).tokens,
    replies: (messages) => tokenizer.renderChat(messages, { addGenerationPrompt: true }).completions,
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
    const { weight, epsilon } = pair;
    return {
      example: { chosen, rejected, weight, ...(epsilon !== undefined && { epsilon }) },
      rows: [chosen, rejected],
    };
  });
}

/**
 * As `tokenisePairs`, for dialogues to be imitated. `learn: "all"` makes every assistant turn a target with its end token: the
 * tokens stay those of `last`, which are what serving would have shown the model when it gave the last reply.
 * @throws TrainerError BAD_DATA too where the template renders an earlier turn otherwise than it was, or would have been, generated
 */
export function tokeniseDialogues(
  dialogues: readonly DialogueExample[],
  chat: ChatTokens,
  rule: LengthRule,
  learn: "last" | "all" = "last",
): Tokenised<TokenisedDialogue> {
  return keepWithin(dialogues, rule, "dialogue", (dialogue) => {
    const prompt = Int32Array.from(chat.prompt(dialogue.prompt));
    const row = sequence(prompt, completionTokens(dialogue.completion, chat, dialogue.origin));
    if (learn === "all") row.targets = Int32Array.from([...earlierTargets(dialogue, prompt, chat), ...row.targets]);
    return { example: { sequence: row, weight: dialogue.weight }, rows: [row] };
  });
}

/** As `tokenisePairs`, for rankings: every reply a row whose score is read at its last token. */
export function tokeniseRankings(
  rankings: readonly RankingExample[],
  chat: ChatTokens,
  rule: LengthRule,
): Tokenised<TokenisedRanking> {
  return keepWithin(rankings, rule, "ranking", ({ prompt: turns, replies: ranked, margin = 0, weight, origin }) => {
    const prompt = Int32Array.from(chat.prompt(turns));
    const replies = ranked.map((reply) => scoredRow(prompt, completionTokens(reply, chat, origin)));
    const ranks = ranked.map(({ rank }) => rank);
    if (new Set(ranks).size < 2)
      throw new TrainerError("BAD_DATA", `${origin}: expected replies of different ranks, found none; leave it out.`);
    return { example: { replies, ranks, margin, weight }, rows: replies };
  });
}

/** As `tokenisePairs`, for replies that were judged one by one. */
export function tokeniseThumbs(
  thumbs: readonly ThumbExample[],
  chat: ChatTokens,
  rule: LengthRule,
): Tokenised<TokenisedThumb> {
  return keepWithin(thumbs, rule, "thumb", ({ prompt, completion, liked, weight, origin }) => {
    const row = sequence(Int32Array.from(chat.prompt(prompt)), completionTokens(completion, chat, origin));
    return { example: { sequence: row, liked, weight }, rows: [row] };
  });
}

/** Prompts up to where the assistant speaks; those that leave no room for a reply of `room` tokens are over-long. */
export function tokenisePrompts(
  prompts: readonly PromptExample[],
  chat: ChatTokens,
  { maxLength, overLong }: LengthRule,
  room = 1,
): Tokenised<TokenisedPrompt> {
  return keepWithin(prompts, { maxLength: maxLength - room, overLong }, "prompt", (example) => {
    const tokens = Int32Array.from(chat.prompt(example.prompt));
    return { example: { ...example, tokens }, rows: [{ tokens }] };
  });
}

/**
 * Documents as one stream with the end-of-text token before each and after the last, cut into chunks of `maxLength`
 * tokens; what is left makes a shorter one. A chunk begins with the last token of the one before it, so that every token of
 * the stream but the first is a target exactly once.
 * @throws TrainerError BAD_DATA for an empty text
 */
export function tokeniseTexts(
  texts: readonly TextExample[],
  tokenizer: Pick<Tokenizer, "encode" | "eosId">,
  maxLength: number,
): TokenisedDialogue[] {
  const stream = [tokenizer.eosId];
  for (const { text, origin } of texts) {
    if (text.trim() === "")
      throw new TrainerError("BAD_DATA", `${origin}: expected a text, found an empty one; leave it out.`);
    for (const id of tokenizer.encode(text)) stream.push(id);
    stream.push(tokenizer.eosId);
  }
  const chunks: TokenisedDialogue[] = [];
  for (let start = 0; start < stream.length - 1; start += maxLength - 1) {
    const tokens = Int32Array.from(stream.slice(start, start + maxLength));
    const targets = Int32Array.from({ length: tokens.length - 1 }, (_, i) => i + 1);
    chunks.push({ sequence: { tokens, targets }, weight: 1 });
  }
  return chunks;
}

/** Prompt and completion in one row; the completion's positions are the targets. */
export function sequence(prompt: Int32Array, completion: ArrayLike<number>): TokenSequence {
  const tokens = new Int32Array(prompt.length + completion.length);
  tokens.set(prompt);
  tokens.set(Int32Array.from(completion), prompt.length);
  return { tokens, targets: Int32Array.from({ length: completion.length }, (_, i) => prompt.length + i) };
}

/** Prompt and completion in one row whose score is read at the last token; no token is a target. */
export function scoredRow(prompt: Int32Array, completion: ArrayLike<number>): TokenSequence {
  const { tokens } = sequence(prompt, completion);
  return { tokens, targets: new Int32Array(), readouts: Int32Array.of(tokens.length - 1) };
}

/** Positions in `prompt` of the assistant's earlier turns, end tokens included. */
function earlierTargets({ prompt: turns, origin }: DialogueExample, prompt: Int32Array, chat: ChatTokens): number[] {
  const places = chat.replies(turns);
  const spoken = turns.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
  return spoken.flatMap((turn, k) => {
    const { start, end } = places[k]!;
    const before = chat.prompt(turns.slice(0, turn));
    const asGenerated = before.length === start && Array.from(before).every((id, t) => id === prompt[t]);
    if (!asGenerated || prompt[end - 1] !== chat.endOfTurn)
      throw new TrainerError(
        "BAD_DATA",
        `${origin}: the model's chat template writes turn ${turn + 1} of a finished dialogue differently from a reply that is ` +
          "being given, so it cannot be learned in its place; set learn=last, or give each reply a line of its own.",
      );
    // A sampled reply that was cut off did not end by itself: the template's end token is not its own.
    const cutOff = turns[turn]!.tokenIds?.length === end - 1 - start;
    const last = cutOff ? end - 1 : end;
    return Array.from({ length: last - start }, (_, i) => start + i);
  });
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
  tokenise: (input: In) => { example: Out; rows: Pick<TokenSequence, "tokens">[] },
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
