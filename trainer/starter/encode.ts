/** Turns dialogues into packed rows of tokens, with a weight for every token of the assistant. */

import { type BpeTokenizer, TOKEN_ID } from "./bpe.ts";
import type { Dialogue } from "./corpus/dialogue.ts";

/** Weight in the loss of a token that carries the fact (the digits of a result); 1 for the others. */
const EMPHASISED_WEIGHT = 3;

/** A dialogue in ChatML. `weights` [T] is 0 for tokens that are only read. */
export interface EncodedDialogue {
  tokens: number[];
  weights: number[];
}

/** What a row of the engine's batch is made of: several dialogues that do not see each other. */
export interface PackedRow {
  /** [T] */
  tokens: Int32Array;
  /** Dialogue number of every token, [T]. */
  examples: Int32Array;
  /** Positions of the assistant's tokens, [targets]. */
  targets: Int32Array;
  /** Weight of every target, [targets]. */
  weights: Float32Array;
}

/** ChatML as the model's template renders it; the assistant's text and its end token are what is learned. */
export function encodeDialogue(tokenizer: BpeTokenizer, dialogue: Dialogue): EncodedDialogue {
  const tokens: number[] = [];
  const weights: number[] = [];
  const add = (ids: readonly number[], weight: number | readonly number[]) => {
    tokens.push(...ids);
    weights.push(...(typeof weight === "number" ? ids.map(() => weight) : weight));
  };
  const newline = tokenizer.encode("\n");
  const opening = (role: string) => [TOKEN_ID.turnStart, ...tokenizer.encode(`${role}\n`)];
  const read = (role: string, text: string) =>
    add([...opening(role), ...tokenizer.encode(text), TOKEN_ID.turnEnd, ...newline], 0);

  if (dialogue.system !== null) read("system", dialogue.system);
  for (const { user, assistant, emphasis } of dialogue.turns) {
    read("user", user);
    add(opening("assistant"), 0);
    const ids = tokenizer.encode(assistant);
    add(ids, emphasised(tokenizer, ids, assistant, emphasis));
    add([TOKEN_ID.turnEnd], 1);
    add(newline, 0);
  }
  return { tokens, weights };
}

/** Weights of a reply's tokens: those that overlap the last occurrence of `emphasis` weigh more. */
function emphasised(tokenizer: BpeTokenizer, ids: readonly number[], reply: string, emphasis?: string): number[] {
  const at = emphasis ? reply.lastIndexOf(emphasis) : -1;
  if (at < 0) return ids.map(() => 1);
  const from = Buffer.byteLength(reply.slice(0, at));
  const to = from + Buffer.byteLength(emphasis!);
  let offset = 0;
  return ids.map((id) => {
    const start = offset;
    offset += tokenizer.byteLength(id);
    return start < to && offset > from ? EMPHASISED_WEIGHT : 1;
  });
}

/** How many dialogues wait for a place at a time; more pack tighter and shuffle wider. */
const WAITING = 48;

/**
 * Packs dialogues into rows of at most `length` tokens: the longest waiting one that still fits comes next.
 * Dialogues longer than a row are left out.
 */
export function* packedRows(encoded: Iterator<EncodedDialogue>, length: number): Generator<PackedRow> {
  const waiting: EncodedDialogue[] = [];
  const refill = () => {
    while (waiting.length < WAITING) {
      const next = encoded.next();
      if (next.done) return;
      if (next.value.tokens.length <= length) waiting.push(next.value);
    }
  };
  for (refill(); waiting.length > 0; refill()) {
    // The row opens with the one that has waited longest, so nothing waits for ever.
    const row = [waiting.shift()!];
    let room = length - row[0]!.tokens.length;
    for (;;) {
      refill();
      const next = longestFitting(waiting, room);
      if (next < 0) break;
      const [dialogue] = waiting.splice(next, 1);
      row.push(dialogue!);
      room -= dialogue!.tokens.length;
    }
    yield packed(row);
  }
}

function longestFitting(waiting: readonly EncodedDialogue[], room: number): number {
  let best = -1;
  for (const [i, { tokens }] of waiting.entries()) {
    if (tokens.length <= room && (best < 0 || tokens.length > waiting[best]!.tokens.length)) best = i;
  }
  return best;
}

function packed(row: readonly EncodedDialogue[]): PackedRow {
  const weights = row.flatMap((dialogue) => dialogue.weights);
  const targets = weights.flatMap((weight, at) => (weight > 0 ? [at] : []));
  return {
    tokens: Int32Array.from(row.flatMap((dialogue) => dialogue.tokens)),
    examples: Int32Array.from(row.flatMap((dialogue, number) => dialogue.tokens.map(() => number))),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(targets, (at) => weights[at]!),
  };
}
