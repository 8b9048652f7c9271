/** Turns as other formats write them: their names of roles, contents in parts, and what they call the parts of a turn. */

import { BadLine, type LineReply, type Turn } from "../dataset-lines.ts";

const ROLES: Record<string, Turn["role"]> = {
  ...{ system: "system", developer: "system" },
  ...{ user: "user", human: "user" },
  ...{ assistant: "assistant", gpt: "assistant", chatgpt: "assistant", model: "assistant", bot: "assistant" },
};

/** @throws BadLine when it is no object */
export function objectOf(value: unknown, expected: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new BadLine(`expected ${expected}; found ${Array.isArray(value) ? "a list" : typeof value}.`);
  return value as Record<string, unknown>;
}

/** A text, or OpenAI's list of parts of which every one is a text. @throws BadLine */
export function textOf(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) throw new BadLine(`"${field}" must be a text, found ${nameOf(value)}.`);
  const parts = value.map((part) => {
    const { type, text } = (part ?? {}) as { type?: unknown; text?: unknown };
    if (typeof text === "string" && (type === "text" || type === undefined)) return text;
    throw new BadLine(`"${field}" holds a part of type "${String(type)}"; only texts can be trained on.`);
  });
  return parts.join("");
}

const nameOf = (value: unknown) => (value === null ? "null" : value === undefined ? "nothing" : typeof value);

/** `{role, content}` or `{from, value}`. @throws BadLine naming the field */
export function turnOf(value: unknown, field: string): Turn {
  const turn = objectOf(value, `"${field}" to be an object`);
  const [roleKey, textKey] = "from" in turn ? ["from", "value"] : ["role", "content"];
  const name = turn[roleKey!];
  const role = typeof name === "string" ? ROLES[name.toLowerCase()] : undefined;
  if (!role) {
    const known = "system, user (human) and assistant (gpt) turns";
    throw new BadLine(`"${field}.${roleKey}": expected one of ${known}, found ${JSON.stringify(name) ?? "nothing"}.`);
  }
  return { role, content: textOf(turn[textKey!], `${field}.${textKey}`), tokenIds: null };
}

/** @throws BadLine */
export function turnsOf(value: unknown, field: string): Turn[] {
  if (!Array.isArray(value)) throw new BadLine(`"${field}" must be a list of turns, found ${nameOf(value)}.`);
  if (value.length === 0) throw new BadLine(`"${field}" has no turns.`);
  return value.map((turn, i) => turnOf(turn, `${field}.${i}`));
}

/** @throws BadLine when the last turn is not the user's */
export function asPrompt(turns: Turn[], field: string): Turn[] {
  const last = turns.at(-1)?.role;
  if (last !== "user") throw new BadLine(`"${field}" must end with a user turn, found ${last ?? "nothing"}.`);
  return turns;
}

/** @throws BadLine when it says nothing */
export function asReply(content: string, field: string): LineReply {
  if (content.trim() === "") throw new BadLine(`"${field}" is empty; leave the line out.`);
  return { content, tokenIds: null };
}

/** The last turn as the reply to those before. @throws BadLine */
export function replyLast(turns: Turn[], field: string): { prompt: Turn[]; reply: LineReply } {
  const last = turns.at(-1);
  if (last?.role !== "assistant")
    throw new BadLine(`"${field}" must end with an assistant turn, found ${last?.role ?? "nothing"}.`);
  return { prompt: asPrompt(turns.slice(0, -1), field), reply: asReply(last.content, field) };
}

/** @throws BadLine when both say the same */
export function asPair(prompt: Turn[], chosen: LineReply, rejected: LineReply) {
  if (chosen.content === rejected.content)
    throw new BadLine("both replies are the same text; such a pair says nothing, leave it out.");
  return { prompt, chosen, rejected, weight: 1 };
}

/** @throws BadLine when it is neither true nor false */
export function asLabel(value: unknown, field: string): boolean {
  if (typeof value === "boolean") return value;
  throw new BadLine(`"${field}" must be true or false, found ${JSON.stringify(value) ?? "nothing"}.`);
}
