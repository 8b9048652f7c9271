/** OpenAI's files for fine-tuning: `messages`, and `input` with `preferred_output` and `non_preferred_output`. */

import { BadLine, type LineReply, type Turn } from "../dataset-lines.ts";
import type { Format } from "./format.ts";
import { asPair, asPrompt, asReply, objectOf, replyLast, textOf, turnsOf } from "./turns.ts";

const turn = ({ role, content }: Pick<Turn, "role" | "content">) => ({ role, content });
const spoken = ({ content }: LineReply) => ({ role: "assistant", content });

/** One assistant turn; OpenAI allows more, which would be replies to replies. */
function outputOf(value: unknown, field: string): LineReply {
  const turns = turnsOf(value, field);
  const [only] = turns;
  if (turns.length !== 1 || only?.role !== "assistant")
    throw new BadLine(`"${field}" must be one assistant turn, found ${turns.map(({ role }) => role).join(", ")}.`);
  return asReply(only.content, field);
}

export const openai: Format = {
  carries: ["answer"],
  read: {
    PAIRS(value) {
      const line = objectOf(value, 'an object with "input", "preferred_output" and "non_preferred_output"');
      const { messages } = objectOf(line.input, '"input" to be an object with "messages"');
      const prompt = asPrompt(turnsOf(messages, "input.messages"), "input.messages");
      const preferred = outputOf(line.preferred_output, "preferred_output");
      return [{ content: asPair(prompt, preferred, outputOf(line.non_preferred_output, "non_preferred_output")) }];
    },
    DIALOGUES(value) {
      const line = objectOf(value, 'an object with "messages"');
      const { prompt, reply } = replyLast(turnsOf(line.messages, "messages"), "messages");
      return [{ content: { prompt, completion: reply, weight: 1 } }];
    },
    PROMPTS(value) {
      const line = objectOf(value, 'an object with "messages"');
      const prompt = asPrompt(turnsOf(line.messages, "messages"), "messages");
      const { reference_answer: answer } = line;
      return [{ content: { prompt, answer: answer == null ? null : textOf(answer, "reference_answer") } }];
    },
  },
  write: {
    PAIRS: ({ content: { prompt, chosen, rejected } }) => ({
      input: { messages: prompt.map(turn), tools: [], parallel_tool_calls: true },
      preferred_output: [spoken(chosen)],
      non_preferred_output: [spoken(rejected)],
    }),
    DIALOGUES: ({ content: { prompt, completion } }) => ({ messages: [...prompt.map(turn), spoken(completion)] }),
    PROMPTS: ({ content: { prompt, answer } }) => ({
      messages: prompt.map(turn),
      ...(answer !== null && { reference_answer: answer }),
    }),
  },
};
