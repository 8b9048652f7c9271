/** The stored content of an example: its schema by kind of data, and how its page shows it. */

import { z } from "zod";
import { MESSAGE_ROLE } from "./chat-role.ts";
import type { LineContents } from "./dataset-lines.ts";
import type { DataKind } from "./run-config.ts";
import type { DatasetItemContent, Turns } from "./views.ts";

const tokenIds = z.array(z.int().min(0)).nullable();
const reply = z.object({ content: z.string(), tokenIds });
const prompt = z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string(), tokenIds }));
const weight = z.number().positive();
const margin = z.number().min(0).optional();

/** DatasetItem.content. Rows are frozen, so a field that is added later must be optional. */
const SCHEMAS: { [K in DataKind]: z.ZodType<LineContents[K]> } = {
  PAIRS: z.object({ prompt, chosen: reply, rejected: reply, weight, epsilon: z.number().optional(), margin }),
  RANKINGS: z.object({ prompt, replies: z.array(reply.extend({ rank: z.int().min(1) })), margin, weight }),
  THUMBS: z.object({ prompt, completion: reply, liked: z.boolean(), weight }),
  DIALOGUES: z.object({ prompt, completion: reply, weight }),
  PROMPTS: z.object({ prompt, answer: z.string().nullable() }),
  TEXTS: z.object({ text: z.string() }),
};

/** @throws ZodError when the row was written by something else */
export const parseItem = <K extends DataKind>(kind: K, content: unknown): LineContents[K] =>
  SCHEMAS[kind].parse(content);

const turnsOf = (turns: LineContents["PROMPTS"]["prompt"]): Turns =>
  turns.map(({ role, content }) => ({ role: MESSAGE_ROLE[role], content }));

/** How each kind is shown. */
const VIEWS: { [K in DataKind]: (item: LineContents[K]) => DatasetItemContent } = {
  PAIRS: ({ prompt, chosen, rejected }) => ({
    kind: "PAIRS",
    prompt: turnsOf(prompt),
    chosen: chosen.content,
    rejected: rejected.content,
  }),
  RANKINGS: ({ prompt, replies }) => ({
    kind: "RANKINGS",
    prompt: turnsOf(prompt),
    replies: replies.map(({ content, rank }) => ({ text: content, rank })).sort((a, b) => a.rank - b.rank),
  }),
  THUMBS: ({ prompt, completion, liked }) => ({
    kind: "THUMBS",
    prompt: turnsOf(prompt),
    reply: completion.content,
    liked,
  }),
  DIALOGUES: ({ prompt, completion }) => ({ kind: "DIALOGUES", prompt: turnsOf(prompt), reply: completion.content }),
  PROMPTS: ({ prompt, answer }) => ({ kind: "PROMPTS", prompt: turnsOf(prompt), answer }),
  TEXTS: ({ text }) => ({ kind: "TEXTS", text }),
};

export const viewItem = (kind: DataKind, content: unknown): DatasetItemContent =>
  (VIEWS[kind] as (item: unknown) => DatasetItemContent)(parseItem(kind, content));
