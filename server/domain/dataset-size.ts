/** About how many tokens an example has, without a tokenizer: for predictions before a run, never for training. */

import type { PairContent } from "./dataset-content.ts";
import type { LineContents } from "./dataset-lines.ts";
import type { DataKind } from "./run-config.ts";

/** In tokens; of one example. */
export interface ExampleSize {
  prompt: number;
  /** Of all its replies together, or of a plain text. */
  replies: number;
  /** How many replies it has; each is trained on behind a copy of the prompt. */
  rows: number;
}

/** A byte-level vocabulary takes about this many bytes of UTF-8 into a token, in English and in Chinese. */
const BYTES_PER_TOKEN = 3.5;

const textTokens = (text: string) => Buffer.byteLength(text) / BYTES_PER_TOKEN;
const partTokens = ({ content, tokenIds }: { content: string; tokenIds?: readonly number[] | null }) =>
  tokenIds?.length ?? textTokens(content) + 1;
/** A turn's control tokens come on top. */
const promptTokens = (turns: readonly { content: string; tokenIds?: readonly number[] | null }[]) =>
  turns.reduce((total, turn) => total + partTokens(turn) + 4, 0);

export function sizeOf(content: LineContents[DataKind] | PairContent): ExampleSize {
  if ("text" in content) return { prompt: 0, replies: textTokens(content.text), rows: 1 };
  const prompt = promptTokens(content.prompt);
  if ("chosen" in content)
    return { prompt, replies: partTokens(content.chosen) + partTokens(content.rejected), rows: 2 };
  if ("completion" in content) return { prompt, replies: partTokens(content.completion), rows: 1 };
  if ("answer" in content) return { prompt, replies: 0, rows: 1 };
  const replies = content.replies.reduce((total, reply) => total + partTokens(reply), 0);
  return { prompt, replies, rows: content.replies.length };
}

export function meanSize(sizes: readonly ExampleSize[]): ExampleSize {
  const mean = (field: keyof ExampleSize) =>
    sizes.reduce((total, size) => total + size[field], 0) / Math.max(1, sizes.length);
  return { prompt: mean("prompt"), replies: mean("replies"), rows: mean("rows") };
}
