/** LLaMA-Factory's alpaca layouts: instructions with input, history and system prompt, pairs, and `kto_tag`. */

import { BadLine, parseLine, type Turn } from "../dataset-lines.ts";
import { type Format, NotCarried } from "./format.ts";
import { sharegpt } from "./sharegpt.ts";
import { asLabel, asPair, asReply, objectOf, replyLast, textOf, turnsOf } from "./turns.ts";

const EXPECTED = 'an object with "instruction"';

/** The instruction and its input become one user turn, an empty one of the two left out. */
function promptOf(line: Record<string, unknown>): Turn[] {
  const asked = [textOf(line.instruction ?? "", "instruction"), textOf(line.input ?? "", "input")];
  const content = asked.filter((part) => part !== "").join("\n");
  if (content === "") throw new BadLine('"instruction" is missing or empty.');
  const system = textOf(line.system ?? "", "system");
  return [
    ...(system === "" ? [] : [{ role: "system" as const, content: system, tokenIds: null }]),
    ...historyOf(line.history ?? []),
    { role: "user", content, tokenIds: null },
  ];
}

function historyOf(value: unknown): Turn[] {
  if (!Array.isArray(value)) throw new BadLine('"history" must be a list of [instruction, reply].');
  return value.flatMap((round, i): Turn[] => {
    if (!Array.isArray(round) || round.length !== 2)
      throw new BadLine(`"history.${i}" must be a list of an instruction and its reply.`);
    return [
      { role: "user", content: textOf(round[0], `history.${i}.0`), tokenIds: null },
      { role: "assistant", content: textOf(round[1], `history.${i}.1`), tokenIds: null },
    ];
  });
}

/** @throws NotCarried when the turns are not an optional system prompt, rounds of user and assistant, and an instruction */
function alpaca(prompt: readonly Turn[]) {
  const [first] = prompt;
  const system = first?.role === "system" ? first.content : null;
  const turns = system === null ? prompt : prompt.slice(1);
  if (system === "") throw new NotCarried("an empty system prompt");
  const fits = turns.every(({ role }, i) => role === (i % 2 === 0 ? "user" : "assistant"));
  if (!fits) throw new NotCarried("turns of user and assistant that do not alternate");
  const instruction = turns.at(-1)?.content ?? "";
  if (instruction === "") throw new NotCarried("an empty instruction");
  const rounds = Array.from({ length: (turns.length - 1) / 2 }, (_, i) => [
    turns[2 * i]!.content,
    turns[2 * i + 1]!.content,
  ]);
  return {
    instruction,
    input: "",
    ...(system !== null && { system }),
    ...(rounds.length > 0 && { history: rounds }),
  };
}

export const llamaFactory: Format = {
  carries: [],
  read: {
    PAIRS(value) {
      const line = objectOf(value, EXPECTED);
      if ("conversations" in line) return sharegpt.read.PAIRS!(line);
      // Releases before June 2024 kept both replies in "output", the better first.
      const [chosen, rejected] = Array.isArray(line.output) ? line.output : [line.chosen, line.rejected];
      const prompt = promptOf(line);
      const reply = (text: unknown, field: string) => asReply(textOf(text, field), field);
      return [{ content: asPair(prompt, reply(chosen, "chosen"), reply(rejected, "rejected")) }];
    },
    THUMBS(value) {
      const line = objectOf(value, EXPECTED);
      const liked = "kto_tag" in line ? asLabel(line.kto_tag, "kto_tag") : asLabel(line.label, "label");
      if ("conversations" in line) return sharegpt.read.THUMBS!(line);
      const { prompt, reply } =
        "messages" in line
          ? replyLast(turnsOf(line.messages, "messages"), "messages")
          : { prompt: promptOf(line), reply: asReply(textOf(line.output, "output"), "output") };
      return [{ content: { prompt, completion: reply, liked, weight: 1 } }];
    },
    DIALOGUES(value) {
      const line = objectOf(value, EXPECTED);
      if ("conversations" in line) return sharegpt.read.DIALOGUES!(line);
      const completion = asReply(textOf(line.output, "output"), "output");
      return [{ content: { prompt: promptOf(line), completion, weight: 1 } }];
    },
    PROMPTS: (value) => [{ content: { prompt: promptOf(objectOf(value, EXPECTED)), answer: null } }],
    TEXTS: (value) => [{ content: parseLine.TEXTS(value) }],
  },
  write: {
    PAIRS: ({ content: { prompt, chosen, rejected } }) => ({
      ...alpaca(prompt),
      chosen: chosen.content,
      rejected: rejected.content,
    }),
    THUMBS: ({ content: { prompt, completion, liked } }) => ({
      ...alpaca(prompt),
      output: completion.content,
      kto_tag: liked,
    }),
    DIALOGUES: ({ content: { prompt, completion } }) => ({ ...alpaca(prompt), output: completion.content }),
    PROMPTS: ({ content: { prompt } }) => ({ ...alpaca(prompt), output: "" }),
    TEXTS: ({ content }) => ({ text: content.text }),
  },
};
