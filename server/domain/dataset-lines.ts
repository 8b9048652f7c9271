/** The lines of a training file, in TRL's layouts: what each kind of data looks like, and what is wrong with a line that does not. */

import { z } from "zod";
import type { DataKind } from "./run-config.ts";

export interface Turn {
  role: "system" | "user" | "assistant";
  content: string;
  /** Of a sampled turn, the end token included; null for text that was typed. */
  tokenIds: number[] | null;
}

export type LineReply = Pick<Turn, "content" | "tokenIds">;

/** What one line says, by the kind of data. Prompts end with the user's turn. */
export interface LineContents {
  /** `epsilon` is the probability that the pair is the wrong way round, `margin` by how much the chosen reply is better. */
  PAIRS: { prompt: Turn[]; chosen: LineReply; rejected: LineReply; weight: number; epsilon?: number; margin?: number };
  /** Rank 1 is best; equal ranks are ties. */
  RANKINGS: { prompt: Turn[]; replies: (LineReply & { rank: number })[]; margin?: number; weight: number };
  THUMBS: { prompt: Turn[]; completion: LineReply; liked: boolean; weight: number };
  DIALOGUES: { prompt: Turn[]; completion: LineReply; weight: number };
  PROMPTS: { prompt: Turn[]; answer: string | null };
  TEXTS: { text: string };
}

/** What is wrong with one line, as a sentence. */
export class BadLine extends Error {
  override readonly name = "BadLine";
}

const message = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  token_ids: z.array(z.int().min(0)).min(1).nullish(),
});
type Message = z.infer<typeof message>;

const text = z.string().min(1, "must not be empty");
/** What a model would learn to say: nothing but spaces is no reply. */
const said = z.string().refine((value) => value.trim() !== "", "must not be empty");
const prompt = z.union([text, z.array(message).min(1)]);
const reply = z.union([said, z.array(message).length(1)]);
const weight = z.number().positive().default(1);
const margin = z.number().min(0).optional();

const pairLine = z.object({
  prompt,
  chosen: reply,
  rejected: reply,
  weight,
  epsilon: z.number().min(0).lt(0.5).optional(),
  margin,
});
const rankingLine = z.object({
  prompt,
  replies: z
    .array(z.object({ content: text, rank: z.int().min(1), token_ids: message.shape.token_ids }))
    .min(2)
    .max(64),
  weight,
  margin,
});
const thumbLine = z.object({ prompt, completion: reply, label: z.boolean(), weight });
const dialogueLine = z.union([
  z.object({ messages: z.array(message).min(2), weight }),
  z.object({ prompt, completion: reply, weight }),
]);
const promptLine = z.object({ prompt, answer: z.union([text, z.number().transform(String)]).nullish() });
const textLine = z.object({ text });

/**
 * Reads the value of one JSON line. Keys that are not named here are ignored; `prompt` is a string (one user turn) or a list
 * of `{"role", "content", "token_ids"?}`, a reply a string or a list of one assistant turn.
 * - PAIRS: `{prompt, chosen, rejected, weight?, epsilon?, margin?}`; where `chosen` and `rejected` are whole conversations, what
 *   they have in common is the prompt
 * - RANKINGS: `{prompt, replies: [{content, rank, token_ids?}], weight?, margin?}`, or a line of PAIRS as a ranking of two
 * - THUMBS: `{prompt, completion, label, weight?}` · DIALOGUES: `{messages}` or `{prompt, completion}`, with `weight?`
 * - PROMPTS: `{prompt, answer?}` · TEXTS: `{text}`
 * @throws BadLine with the reason
 */
export const parseLine: { [K in DataKind]: (value: unknown) => LineContents[K] } = {
  PAIRS(value) {
    const line = checked(pairLine, withPrompt(value), 'an object with "prompt", "chosen" and "rejected"');
    const prompt = promptOf(line.prompt);
    const [chosen, rejected] = [replyOf(line.chosen, "chosen"), replyOf(line.rejected, "rejected")];
    if (chosen.content === rejected.content)
      throw new BadLine('"chosen" and "rejected" are the same text; such a pair says nothing, leave it out.');
    return { prompt, chosen, rejected, weight: line.weight, ...given({ epsilon: line.epsilon, margin: line.margin }) };
  },
  RANKINGS(value) {
    if (typeof value === "object" && value !== null && "chosen" in value) {
      const { prompt, chosen, rejected, margin, weight } = parseLine.PAIRS(value);
      return { prompt, replies: [ranked(chosen, 1), ranked(rejected, 2)], weight, ...given({ margin }) };
    }
    const line = checked(rankingLine, value, 'an object with "prompt" and "replies"');
    const replies = line.replies.map(({ content, rank, token_ids }) => ({
      content,
      tokenIds: token_ids ?? null,
      rank,
    }));
    if (new Set(replies.map(({ rank }) => rank)).size === 1)
      throw new BadLine('all "replies" have the same rank; such a ranking says nothing, leave it out.');
    return { prompt: promptOf(line.prompt), replies, weight: line.weight, ...given({ margin: line.margin }) };
  },
  THUMBS(value) {
    const line = checked(thumbLine, value, 'an object with "prompt", "completion" and "label"');
    const completion = replyOf(line.completion, "completion");
    return { prompt: promptOf(line.prompt), completion, liked: line.label, weight: line.weight };
  },
  DIALOGUES(value) {
    const line = checked(dialogueLine, value, 'an object with "messages", or with "prompt" and "completion"');
    const [turns, completion] =
      "messages" in line
        ? [promptOf(line.messages.slice(0, -1)), replyOf(line.messages.slice(-1), "messages")]
        : [promptOf(line.prompt), replyOf(line.completion, "completion")];
    return { prompt: turns, completion, weight: line.weight };
  },
  PROMPTS(value) {
    const line = checked(promptLine, value, 'an object with "prompt"');
    return { prompt: promptOf(line.prompt), answer: line.answer ?? null };
  },
  TEXTS(value) {
    return checked(textLine, value, 'an object with "text"');
  },
};

/** A file's good lines, and what is wrong with the others. Lines count from 1, as in an editor. */
export interface ParsedLines<K extends DataKind> {
  lines: { number: number; content: LineContents[K] }[];
  problems: { line: number; message: string }[];
}

/** Reads a whole file of JSON Lines; blank lines are skipped. Of TEXTS, a file that is no JSON is one document of plain text. */
export function parseLines<K extends DataKind>(kind: K, file: string): ParsedLines<K> {
  const whole = file.replace(/^\uFEFF/, "");
  const result: ParsedLines<K> = { lines: [], problems: [] };
  if (kind === "TEXTS" && whole.trim() !== "" && !whole.trimStart().startsWith("{")) {
    result.lines.push({ number: 1, content: parseLine[kind]({ text: whole }) });
    return result;
  }
  for (const [i, line] of whole.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    try {
      result.lines.push({ number: i + 1, content: parseLine[kind](jsonOf(line)) });
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      result.problems.push({ line: i + 1, message: error.message });
    }
  }
  return result;
}

/** @throws BadLine when it is no JSON */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new BadLine(`not valid JSON (${(error as Error).message}).`);
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, expected: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const where = issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
  throw new BadLine(`expected ${expected}; ${where}${issue.message}.`);
}

/** In a union the branch that got furthest into the value says best what is wrong. */
function deepest(issues: readonly z.core.$ZodIssue[]): { path: PropertyKey[]; message: string } {
  const issue = issues[0]!;
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.filter((branch) => branch.length > 0).map(deepest);
  const best = branches.sort((a, b) => b.path.length - a.path.length)[0];
  return best && best.path.length > 0 ? { path: [...issue.path, ...best.path], message: best.message } : issue;
}

function promptOf(value: string | readonly Message[]): Turn[] {
  if (typeof value === "string") return [{ role: "user", content: value, tokenIds: null }];
  const turns = value.map(({ role, content, token_ids }) => ({ role, content, tokenIds: token_ids ?? null }));
  if (turns.at(-1)?.role !== "user")
    throw new BadLine(`the prompt must end with a "user" turn, found "${turns.at(-1)?.role ?? "nothing"}".`);
  return turns;
}

function replyOf(value: string | readonly Message[], field: string): LineReply {
  if (typeof value === "string") return { content: value, tokenIds: null };
  const [only] = value;
  if (only?.role !== "assistant")
    throw new BadLine(`"${field}" must end with one "assistant" turn, found "${only?.role ?? "nothing"}".`);
  if (only.content.trim() === "") throw new BadLine(`"${field}" is empty; leave the line out.`);
  return { content: only.content, tokenIds: only.token_ids ?? null };
}

/**
 * TRL calls this an implicit prompt; some files repeat it as a string, or its last turn.
 * @throws BadLine when the conversations have something else in common than all turns but the last
 */
function withPrompt(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { chosen, rejected, prompt: given } = value as Record<string, unknown>;
  if (!Array.isArray(chosen) || !Array.isArray(rejected) || (chosen.length < 2 && rejected.length < 2)) return value;
  const same = (a: Message, b: Message | undefined) => a?.role === b?.role && a?.content === b?.content;
  const parting = chosen.findIndex((turn, i) => !same(turn, rejected[i]));
  const common = chosen.slice(0, parting === -1 ? -1 : parting);
  if (common.length !== chosen.length - 1 || common.length !== rejected.length - 1)
    throw new BadLine('"chosen" and "rejected" must be the same conversation up to the last turn of each.');
  if (typeof given === "string" && given !== "" && !common.some((turn) => turn?.content === given))
    throw new BadLine('"prompt" is none of the turns that "chosen" and "rejected" have in common.');
  return { ...value, prompt: common, chosen: chosen.slice(-1), rejected: rejected.slice(-1) };
}

const ranked = (reply: LineReply, rank: number) => ({ ...reply, rank });

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
