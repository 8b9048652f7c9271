/** ShareGPT's `conversations` of from/value, as LLaMA-Factory reads them, and minimind's of role/content. */

import { BadLine, type LineReply, parseLine, type Turn } from "../dataset-lines.ts";
import type { Format } from "./format.ts";
import { asLabel, asPair, asPrompt, asReply, objectOf, replyLast, turnOf, turnsOf } from "./turns.ts";

const EXPECTED = 'an object with "conversations"';

/** The turns, after the system prompt that some files keep beside them. */
function conversationOf(line: Record<string, unknown>): Turn[] {
  const turns = turnsOf(line.conversations, "conversations");
  const { system } = line;
  if (typeof system !== "string" || system === "" || turns[0]?.role === "system") return turns;
  return [{ role: "system", content: system, tokenIds: null }, ...turns];
}

function replyOf(value: unknown, field: string): LineReply {
  const { role, content } = turnOf(value, field);
  if (role !== "assistant") throw new BadLine(`"${field}" must be an assistant turn, found ${role}.`);
  return asReply(content, field);
}

const NAMES = { system: "system", user: "human", assistant: "gpt" } as const;
const turn = ({ role, content }: Pick<Turn, "role" | "content">) => ({ from: NAMES[role], value: content });
const spoken = ({ content }: LineReply) => turn({ role: "assistant", content });

export const sharegpt: Format = {
  carries: [],
  read: {
    PAIRS(value) {
      const line = objectOf(value, EXPECTED);
      // minimind's pairs are two whole conversations, as TRL's may be.
      if (!("conversations" in line)) return [{ content: parseLine.PAIRS(line) }];
      const prompt = asPrompt(conversationOf(line), "conversations");
      return [{ content: asPair(prompt, replyOf(line.chosen, "chosen"), replyOf(line.rejected, "rejected")) }];
    },
    THUMBS(value) {
      const line = objectOf(value, EXPECTED);
      const { prompt, reply } = replyLast(conversationOf(line), "conversations");
      const liked = "kto_tag" in line ? asLabel(line.kto_tag, "kto_tag") : asLabel(line.label, "label");
      return [{ content: { prompt, completion: reply, liked, weight: 1 } }];
    },
    DIALOGUES(value) {
      const { prompt, reply } = replyLast(conversationOf(objectOf(value, EXPECTED)), "conversations");
      return [{ content: { prompt, completion: reply, weight: 1 } }];
    },
    PROMPTS(value) {
      const turns = conversationOf(objectOf(value, EXPECTED));
      // minimind leaves room for the reply that is to be sampled.
      const open = turns.at(-1)?.role === "assistant" && turns.at(-1)?.content === "";
      return [{ content: { prompt: asPrompt(open ? turns.slice(0, -1) : turns, "conversations"), answer: null } }];
    },
    TEXTS: (value) => [{ content: parseLine.TEXTS(value) }],
  },
  write: {
    PAIRS: ({ content: { prompt, chosen, rejected } }) => ({
      conversations: prompt.map(turn),
      chosen: spoken(chosen),
      rejected: spoken(rejected),
    }),
    THUMBS: ({ content: { prompt, completion, liked } }) => ({
      conversations: [...prompt.map(turn), spoken(completion)],
      kto_tag: liked,
    }),
    DIALOGUES: ({ content: { prompt, completion } }) => ({ conversations: [...prompt.map(turn), spoken(completion)] }),
    PROMPTS: ({ content: { prompt } }) => ({ conversations: prompt.map(turn) }),
    TEXTS: ({ content }) => ({ text: content.text }),
  },
};
