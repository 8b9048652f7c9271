/** TRL's layouts, and Hone's own, which adds to them all that TRL has no place for. https://huggingface.co/docs/trl/dataset_formats */

import { z } from "zod";
import { PairSource, Split } from "../../../prisma/generated/enums.ts";
import { BadLine, type LineContents, type LineReply, parseLine, type Turn } from "../dataset-lines.ts";
import { DATA_KINDS, type DataKind } from "../run-config.ts";
import type { Example, Format } from "./format.ts";

const turn = ({ role, content }: Pick<Turn, "role" | "content">) => ({ role, content });
const spoken = ({ content }: LineReply) => [{ role: "assistant", content }];
const margin = ({ margin }: { margin?: number }) => (margin === undefined ? {} : { margin });

export const trl: Format = {
  carries: ["margin", "answer"],
  read: {
    PAIRS: (value) => [{ content: parseLine.PAIRS(value) }],
    THUMBS: (value) => [{ content: parseLine.THUMBS(value) }],
    DIALOGUES: (value) => [{ content: parseLine.DIALOGUES(value) }],
    PROMPTS: (value) => [{ content: parseLine.PROMPTS(value) }],
    TEXTS: (value) => [{ content: parseLine.TEXTS(value) }],
  },
  write: {
    PAIRS: ({ content }) => ({
      prompt: content.prompt.map(turn),
      chosen: spoken(content.chosen),
      rejected: spoken(content.rejected),
      ...margin(content),
    }),
    THUMBS: ({ content }) => ({
      prompt: content.prompt.map(turn),
      completion: spoken(content.completion),
      label: content.liked,
    }),
    DIALOGUES: ({ content }) => ({ messages: [...content.prompt.map(turn), ...spoken(content.completion)] }),
    PROMPTS: ({ content }) => ({
      prompt: content.prompt.map(turn),
      ...(content.answer !== null && { answer: content.answer }),
    }),
    TEXTS: ({ content }) => ({ text: content.text }),
  },
};

const withTokens = ({ tokenIds }: LineReply) => (tokenIds === null ? {} : { token_ids: tokenIds });
const wholeTurn = (turn: Turn) => ({ role: turn.role, content: turn.content, ...withTokens(turn) });
const wholeReply = (reply: LineReply) => [{ role: "assistant", content: reply.content, ...withTokens(reply) }];
const weight = ({ weight }: { weight: number }) => (weight === 1 ? {} : { weight });

const WHOLE: { [K in DataKind]: (content: LineContents[K]) => object } = {
  PAIRS: (content) => ({
    prompt: content.prompt.map(wholeTurn),
    chosen: wholeReply(content.chosen),
    rejected: wholeReply(content.rejected),
    ...weight(content),
    ...(content.epsilon !== undefined && { epsilon: content.epsilon }),
    ...margin(content),
  }),
  RANKINGS: (content) => ({
    prompt: content.prompt.map(wholeTurn),
    replies: content.replies.map((reply) => ({ content: reply.content, rank: reply.rank, ...withTokens(reply) })),
    ...weight(content),
    ...margin(content),
  }),
  THUMBS: (content) => ({
    prompt: content.prompt.map(wholeTurn),
    completion: wholeReply(content.completion),
    label: content.liked,
    ...weight(content),
  }),
  DIALOGUES: (content) => ({
    messages: [...content.prompt.map(wholeTurn), ...wholeReply(content.completion)],
    ...weight(content),
  }),
  PROMPTS: (content) => ({
    prompt: content.prompt.map(wholeTurn),
    ...(content.answer !== null && { answer: content.answer }),
  }),
  TEXTS: ({ text }) => ({ text }),
};

/** Where it came from and which side it fell on; other programs ignore both. */
const provenance = z.object({
  split: z.enum(["train", "heldout"]).optional(),
  source: z.enum(PairSource).optional(),
});

function readWhole<K extends DataKind>(kind: K, value: unknown): Example<K>[] {
  const content = parseLine[kind](value);
  const known = provenance.safeParse(value);
  if (!known.success) {
    const [issue] = known.error.issues;
    throw new BadLine(`"${issue?.path.join(".")}": ${issue?.message}.`);
  }
  const { split, source } = known.data;
  return [
    { content, ...(split && { split: split === "train" ? Split.TRAIN : Split.HELDOUT }), ...(source && { source }) },
  ];
}

const writeWhole = <K extends DataKind>(kind: K, { content, split, source }: Example<K>): object => ({
  ...WHOLE[kind](content),
  ...(split && { split: split.toLowerCase() }),
  ...(source && { source }),
});

/** Every field of ours. */
export const hone: Format = {
  carries: ["tokenIds", "weight", "epsilon", "margin", "answer", "split", "source"],
  read: Object.fromEntries(DATA_KINDS.map((kind) => [kind, (value: unknown) => readWhole(kind, value)])),
  write: Object.fromEntries(DATA_KINDS.map((kind) => [kind, (example: Example) => writeWhole(kind, example as never)])),
};
