/** Transcripts as in Anthropic's helpful-harmless data: one text per conversation, `\n\nHuman:` and `\n\nAssistant:` before each turn. */

import { BadLine, type Turn } from "../dataset-lines.ts";
import { type Format, NotCarried } from "./format.ts";
import { asPair, asReply, objectOf, replyLast, textOf } from "./turns.ts";

const MARKER = /\n\n(Human|Assistant):/g;
const NAMES = { user: "Human", assistant: "Assistant" } as const;

/** The space behind a marker belongs to the layout, everything else to the turn. @throws BadLine */
function turnsOf(transcript: string, field: string): Turn[] {
  // Some files have lost the first two newlines.
  const text = /^(Human|Assistant):/.test(transcript) ? `\n\n${transcript}` : transcript;
  const marks = [...text.matchAll(MARKER)];
  if (marks.length === 0) throw new BadLine(`"${field}" has no turn that begins with "\\n\\nHuman:".`);
  if (text.slice(0, marks[0]!.index).trim() !== "")
    throw new BadLine(`"${field}" begins with something else than "\\n\\nHuman:".`);
  return marks.map((mark, i) => ({
    role: mark[1] === "Human" ? "user" : "assistant",
    content: text.slice(mark.index + mark[0].length, marks[i + 1]?.index).replace(/^ /, ""),
    tokenIds: null,
  }));
}

/** @throws NotCarried for turns of other roles, and for texts that would be read as the beginning of another turn */
function transcriptOf(turns: readonly Pick<Turn, "role" | "content">[]): string {
  return turns
    .map(({ role, content }) => {
      if (role === "system") throw new NotCarried("a system prompt");
      const written = `\n\n${NAMES[role]}: ${content}`;
      if ([...written.matchAll(MARKER)].length !== 1)
        throw new NotCarried("a text that looks like the beginning of another turn");
      return written;
    })
    .join("");
}

export const hh: Format = {
  carries: [],
  read: {
    PAIRS(value) {
      const line = objectOf(value, 'an object with "chosen" and "rejected"');
      const chosen = turnsOf(textOf(line.chosen, "chosen"), "chosen");
      const rejected = turnsOf(textOf(line.rejected, "rejected"), "rejected");
      const same = (i: number) => chosen[i]?.role === rejected[i]?.role && chosen[i]?.content === rejected[i]?.content;
      if (chosen.length !== rejected.length || !chosen.slice(0, -1).every((_, i) => same(i)))
        throw new BadLine("the two transcripts part before their last turn, so they are no replies to one prompt.");
      const { prompt, reply } = replyLast(chosen, "chosen");
      return [{ content: asPair(prompt, reply, asReply(rejected.at(-1)?.content ?? "", "rejected")) }];
    },
    DIALOGUES(value) {
      const line = objectOf(value, 'an object with "transcript", or with "chosen"');
      const field = "transcript" in line ? "transcript" : "chosen";
      const { prompt, reply } = replyLast(turnsOf(textOf(line[field], field), field), field);
      return [{ content: { prompt, completion: reply, weight: 1 } }];
    },
  },
  write: {
    PAIRS({ content: { prompt, chosen, rejected } }) {
      const ending = (content: string) => transcriptOf([...prompt, { role: "assistant", content }]);
      return { chosen: ending(chosen.content), rejected: ending(rejected.content) };
    },
    DIALOGUES: ({ content: { prompt, completion } }) => ({
      transcript: transcriptOf([...prompt, { role: "assistant", content: completion.content }]),
    }),
  },
};
