/** The prompts that both contestants answer: what people asked and nobody trained on, filled up with prompts of our own. */

import { CHAT_ROLE } from "../../server/domain/chat-role.ts";
import { setOf } from "../../server/domain/gate/default-checks.ts";
import type { CheckPromptView } from "../../server/domain/views/gate.ts";
import type { ChatMessage } from "../../server/gguf/chat-template.ts";
import type { TokenisedPrompt } from "../data/example.ts";
import type { ChatTokens } from "../data/tokenise.ts";
import { OPEN_PROMPTS } from "./open-prompts.ts";
import { STARTER_TEXTS } from "./starter-texts.ts";

type Messages = readonly ChatMessage[];

export interface PromptSources {
  /** People's, held out. */
  heldOut: readonly Messages[];
  /** Check prompts of knowledge: each base has some it can answer. */
  checks: readonly CheckPromptView[];
  baseName: string;
}

const messagesOf = ({ prompt }: CheckPromptView): Messages =>
  prompt.map(({ role, content }) => ({ role: CHAT_ROLE[role], content }));

/** Of the starter's small world, or of the world at large; every Gate of a base asks the same. */
const ownPrompts = (baseName: string): Messages[] =>
  (setOf(baseName) === "starter" ? STARTER_TEXTS.map(([prompt]) => prompt) : OPEN_PROMPTS).map((content) => [
    { role: "user", content },
  ]);

/**
 * @param room tokens that a reply may need; a prompt that leaves less is left out
 * @returns at most `count`, people's first, each once
 */
export function gatePrompts(
  { heldOut, checks, baseName }: PromptSources,
  chat: Pick<ChatTokens, "prompt">,
  { count, contextLength, room }: { count: number; contextLength: number; room: number },
): TokenisedPrompt[] {
  const found = new Map<string, TokenisedPrompt>();
  for (const prompt of [...heldOut, ...ownPrompts(baseName), ...checks.map(messagesOf)]) {
    if (found.size === count) break;
    const key = JSON.stringify(prompt.map(({ role, content }) => [role, content]));
    if (found.has(key)) continue;
    const tokens = Int32Array.from(chat.prompt(prompt));
    if (tokens.length + room > contextLength) continue;
    found.set(key, { prompt, answer: null, origin: `gate prompt ${found.size + 1}`, tokens });
  }
  return [...found.values()];
}
