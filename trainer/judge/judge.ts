/** Judges: an endpoint or the base model itself; a verdict counts only if it survives the swap of positions. */

import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import { type ChatTokens, sequence } from "../data/tokenise.ts";
import type { Engine } from "../engine/contract.ts";
import { completionLogProb } from "../objectives/numeric.ts";
import { complete, type Endpoint, type Patience } from "./endpoint.ts";
import { gradeQuestion, pairQuestion, readChoice, readGrade, USUAL_QUESTION } from "./questions.ts";

/** Which of two replies is the better one as they were shown; null for a tie or an answer that says neither. */
export type AskPair = (
  prompt: readonly ChatMessage[],
  a: string,
  b: string,
  signal?: AbortSignal,
) => Promise<"A" | "B" | null>;

/** Which of two replies is better; null where the judge is not consistent. */
export type Verdict = "first" | "second" | null;

/**
 * Asks a judge twice, the second time with the replies swapped. Judges favour a position (Zheng et al. 2023, §3.3), and one that
 * does says A, or B, both times: no verdict.
 */
export async function judgePair(
  ask: AskPair,
  prompt: readonly ChatMessage[],
  [first, second]: readonly [string, string],
  signal?: AbortSignal,
): Promise<Verdict> {
  // Nothing to compare, and whatever were answered would be chance.
  if (first === second) return null;
  const [straight, swapped] = await Promise.all([
    ask(prompt, first, second, signal),
    ask(prompt, second, first, signal),
  ]);
  if (straight === "A" && swapped === "B") return "first";
  if (straight === "B" && swapped === "A") return "second";
  return null;
}

export interface JudgeOptions {
  /** What to prefer; left out, the usual. */
  question?: string;
  patience?: Patience;
}

const ANSWER_TOKENS = 1024;

/** An endpoint that compares. */
export function endpointPairJudge(endpoint: Endpoint, { question = USUAL_QUESTION, patience }: JudgeOptions): AskPair {
  return async (prompt, a, b, signal) => {
    const options = { maxTokens: ANSWER_TOKENS, temperature: 0, signal };
    const { text } = await complete(endpoint, pairQuestion(prompt, a, b, question), options, patience);
    return readChoice(text);
  };
}

/** Grades one reply from 0 to 1; null where the judge's answer holds no grade. */
export async function gradeReply(
  endpoint: Endpoint,
  prompt: readonly ChatMessage[],
  reply: string,
  { question = USUAL_QUESTION, patience, signal }: JudgeOptions & { signal?: AbortSignal } = {},
): Promise<number | null> {
  const options = { maxTokens: ANSWER_TOKENS, temperature: 0, signal };
  const { text } = await complete(endpoint, gradeQuestion(prompt, reply, question), options, patience);
  return readGrade(text);
}

/**
 * The base model that compares: it prefers the letter it would rather answer with. Nothing is sampled. Of what is too long for
 * its context it says nothing.
 */
export function basePairJudge(
  engine: Pick<Engine, "forward" | "config">,
  chat: Pick<ChatTokens, "prompt" | "text">,
  { question = USUAL_QUESTION }: JudgeOptions = {},
): AskPair {
  return async (prompt, a, b) => {
    const [system, user] = pairQuestion(prompt, a, b, question);
    const asked = [system!, { ...user!, content: `${user!.content} Answer with A or B.` }];
    const rendered = Int32Array.from(chat.prompt(asked));
    const rows = ["A", "B"].map((letter) => sequence(rendered, chat.text(letter)));
    if (rows.some(({ tokens }) => tokens.length > engine.config.contextLength)) return null;
    const { logProbs } = await engine.forward(rows, { adapter: null });
    const [ofA, ofB] = logProbs.map(completionLogProb);
    if (ofA === ofB) return null;
    return ofA! > ofB! ? "A" : "B";
  };
}
