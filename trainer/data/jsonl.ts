/** Reads training examples from JSON Lines in TRL's layouts; a bad line is named by its number and reason. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import { TrainerError } from "../errors.ts";
import type { DialogueExample, PreferenceExample, Reply } from "./example.ts";

const message = z.object({
  role: z.enum(["system", "user", "assistant"]),
  content: z.string(),
  token_ids: z.array(z.int().min(0)).min(1).nullish(),
});
type Message = z.infer<typeof message>;

const text = z.string().min(1, "must not be empty");
const prompt = z.union([text, z.array(message).min(1)]);
const reply = z.union([text, z.array(message).length(1)]);
const weight = z.number().positive().default(1);

const pairLine = z.object({ prompt, chosen: reply, rejected: reply, weight });
const dialogueLine = z.union([
  z.object({ messages: z.array(message).min(2), weight }),
  z.object({ prompt, completion: reply, weight }),
]);

/**
 * Preference pairs: `{"prompt", "chosen", "rejected", "weight"?}`. Each of the three is a string (one user turn, one
 * assistant reply) or a list of `{"role", "content", "token_ids"?}`; other keys are ignored, blank lines skipped.
 * @throws TrainerError FILE_MISSING or BAD_DATA naming file and line
 */
export function readPairs(path: string): Promise<PreferenceExample[]> {
  return readLines(path, (value, origin) => {
    const line = checked(pairLine, value, 'an object with "prompt", "chosen" and "rejected"');
    const prompt = promptOf(line.prompt);
    const [chosen, rejected] = [replyOf(line.chosen, "chosen"), replyOf(line.rejected, "rejected")];
    if (chosen.content === rejected.content)
      throw new Problem('"chosen" and "rejected" are the same text; such a pair says nothing, leave it out.');
    return { prompt, chosen, rejected, weight: line.weight, origin };
  });
}

/**
 * Dialogues to imitate: `{"messages": […]}` whose last turn is the assistant's, or `{"prompt", "completion"}`.
 * Only the last turn is learned; turn earlier replies into lines of their own to learn them too.
 * @throws TrainerError FILE_MISSING or BAD_DATA naming file and line
 */
export function readDialogues(path: string): Promise<DialogueExample[]> {
  return readLines(path, (value, origin) => {
    const line = checked(dialogueLine, value, 'an object with "messages", or with "prompt" and "completion"');
    const [turns, completion] =
      "messages" in line
        ? [promptOf(line.messages.slice(0, -1)), replyOf(line.messages.slice(-1), "messages")]
        : [promptOf(line.prompt), replyOf(line.completion, "completion")];
    return { prompt: turns, completion, weight: line.weight, origin };
  });
}

/** What is wrong with one line; becomes a TrainerError with the line's number. */
class Problem extends Error {}

async function readLines<T>(path: string, parse: (value: unknown, origin: string) => T): Promise<T[]> {
  const info = await stat(path).catch(() => null);
  if (!info?.isFile())
    throw new TrainerError("FILE_MISSING", `Cannot read ${path}: ${info ? "it is no file" : "there is no such file"}.`);
  const examples: T[] = [];
  let number = 0;
  for await (const raw of createInterface({
    input: createReadStream(path, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number++;
    const line = number === 1 ? raw.replace(/^\uFEFF/, "") : raw;
    if (line.trim() === "") continue;
    try {
      examples.push(parse(jsonOf(line), `line ${number}`));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new TrainerError("BAD_DATA", `${path}, line ${number}: ${error.message}`);
    }
  }
  if (examples.length === 0)
    throw new TrainerError("NO_EXAMPLES", `${path} holds no examples; give one JSON object per line.`);
  return examples;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Problem(`not valid JSON (${(error as Error).message}).`);
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, expected: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const where = issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
  throw new Problem(`expected ${expected}; ${where}${issue.message}.`);
}

/** In a union the branch that got furthest into the value says best what is wrong. */
function deepest(issues: readonly z.core.$ZodIssue[]): { path: PropertyKey[]; message: string } {
  const issue = issues[0]!;
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.filter((branch) => branch.length > 0).map(deepest);
  const best = branches.sort((a, b) => b.path.length - a.path.length)[0];
  return best && best.path.length > 0 ? { path: [...issue.path, ...best.path], message: best.message } : issue;
}

function promptOf(value: string | readonly Message[]): ChatMessage[] {
  if (typeof value === "string") return [{ role: "user", content: value }];
  const turns = value.map(({ role, content, token_ids }) => ({ role, content, tokenIds: token_ids ?? null }));
  if (turns.at(-1)?.role !== "user")
    throw new Problem(`the prompt must end with a "user" turn, found "${turns.at(-1)?.role ?? "nothing"}".`);
  return turns;
}

function replyOf(value: string | readonly Message[], field: string): Reply {
  if (typeof value === "string") return { content: value, tokenIds: null };
  const [only] = value;
  if (only?.role !== "assistant")
    throw new Problem(`"${field}" must end with one "assistant" turn, found "${only?.role ?? "nothing"}".`);
  return { content: only.content, tokenIds: only.token_ids ?? null };
}
