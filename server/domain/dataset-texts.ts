/** The texts of an example by the names of its fields: what is searched, measured, and looked through for private data. */

import type { LineContents } from "./dataset-lines.ts";
import { repliesOf } from "./formats/format.ts";
import { languageOf } from "./language.ts";
import type { DataKind } from "./run-config.ts";

export interface NamedText {
  /** As "prompt.0", "chosen", "replies.2". */
  field: string;
  text: string;
}

export function textsOf(content: LineContents[DataKind]): NamedText[] {
  if ("text" in content) return [{ field: "text", text: content.text }];
  const turns = content.prompt.map(({ content: text }, i) => ({ field: `prompt.${i}`, text }));
  const answer = "answer" in content && content.answer !== null ? [{ field: "answer", text: content.answer }] : [];
  return [
    ...turns,
    ...repliesOf(content).map(({ content: text }, i) => ({ field: replyField(content, i), text })),
    ...answer,
  ];
}

function replyField(content: LineContents[DataKind], i: number): string {
  if ("chosen" in content) return i === 0 ? "chosen" : "rejected";
  return "completion" in content ? "completion" : `replies.${i}`;
}

/** The same example with other texts; a text that changed has lost the tokens that were sampled for it. */
export function withTexts<K extends DataKind>(
  content: LineContents[K],
  textFor: (field: string, text: string) => string,
): LineContents[K] {
  const part = <P extends { content: string; tokenIds: number[] | null }>(field: string, old: P): P => {
    const text = textFor(field, old.content);
    return text === old.content ? old : { ...old, content: text, tokenIds: null };
  };
  if ("text" in content) return { ...content, text: textFor("text", content.text) };
  const whole = content as Exclude<LineContents[DataKind], { text: string }>;
  return {
    ...whole,
    prompt: whole.prompt.map((turn, i) => part(`prompt.${i}`, turn)),
    ...("chosen" in whole && { chosen: part("chosen", whole.chosen), rejected: part("rejected", whole.rejected) }),
    ...("completion" in whole && { completion: part("completion", whole.completion) }),
    ...("replies" in whole && { replies: whole.replies.map((reply, i) => part(`replies.${i}`, reply)) }),
    ...("answer" in whole && whole.answer !== null && { answer: textFor("answer", whole.answer) }),
  } as LineContents[K];
}

/** Of what was asked last and the first reply to it. */
export function exampleLanguage(content: LineContents[DataKind]): string {
  if ("text" in content) return languageOf(content.text);
  return languageOf(`${content.prompt.at(-1)?.content ?? ""}\n${repliesOf(content)[0]?.content ?? ""}`);
}
