/** What a format is: a way to read the values of a file as examples, and to write examples as values. */

import type { PairSource, Split } from "../../../prisma/generated/enums.ts";
import type { LineContents } from "../dataset-lines.ts";
import type { DataKind } from "../run-config.ts";

/** An example as a file says it; of most formats its content is all. */
export interface Example<K extends DataKind = DataKind> {
  content: LineContents[K];
  split?: Split;
  /** Of a pair. */
  source?: PairSource;
}

type Readers = { [K in DataKind]?: (value: unknown) => Example<K>[] };
type Writers = { [K in DataKind]?: (example: Example<K>) => object };

/** A kind of data without a reader and a writer has no layout in this format. */
export interface Format {
  /** All examples of one JSON value. @throws BadLine with the reason */
  read: Readers;
  /** The JSON value of one line. @throws NotCarried */
  write: Writers;
  /** Fields beside the texts that the layout has a place for. */
  carries: readonly Field[];
}

/** What an example may have beside its texts. */
export const FIELDS = ["tokenIds", "weight", "epsilon", "margin", "answer", "split", "source"] as const;
export type Field = (typeof FIELDS)[number];

/** Why an example has no place in a format: a few words that stand for all examples like it. */
export class NotCarried extends Error {
  override readonly name = "NotCarried";
}

/** Fields of this example that say something. */
export function fieldsOf({ content, split, source }: Example): Field[] {
  const replies = repliesOf(content);
  const turns = "prompt" in content ? content.prompt : [];
  const has: Record<Field, boolean> = {
    tokenIds: [...turns, ...replies].some(({ tokenIds }) => tokenIds !== null),
    weight: "weight" in content && content.weight !== 1,
    epsilon: "epsilon" in content && content.epsilon !== undefined,
    margin: "margin" in content && content.margin !== undefined,
    answer: "answer" in content && content.answer !== null,
    split: split !== undefined,
    source: source !== undefined,
  };
  return FIELDS.filter((field) => has[field]);
}

/** The replies an example is about. */
export function repliesOf(content: LineContents[DataKind]) {
  if ("chosen" in content) return [content.chosen, content.rejected];
  if ("completion" in content) return [content.completion];
  return "replies" in content ? content.replies : [];
}
