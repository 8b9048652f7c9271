/** Renders a model's own chat template so that nothing a person writes can ever become a control token. */

import { Template } from "@huggingface/jinja";
import { GgufError } from "./format.ts";

export type Role = "system" | "user" | "assistant";

/** One message of a conversation; `tokenIds` are what the model really generated, where known. */
export interface ChatMessage {
  role: Role;
  content: string;
  tokenIds?: readonly number[] | null;
}

/**
 * A stretch of a rendered conversation: the template's own text, in which control tokens count, or the content of a
 * message, which is plain text whatever it looks like.
 */
export type Segment = { kind: "template"; text: string } | { kind: "content"; text: string; message: number };

/** Texts of the tokens a template may refer to. */
export interface TemplateTokens {
  bosToken: string;
  eosToken: string;
}

// Private-use characters: no template contains them, and contents are put in only after rendering.
const OPEN = "\u{E000}";
const CLOSE = "\u{E001}";
const placeholder = (index: number) => `${OPEN}${index}${CLOSE}`;
const PLACEHOLDER = new RegExp(`${OPEN}(\\d+)${CLOSE}`, "g");

/**
 * A compiled Jinja chat template. Messages are rendered with a placeholder for each content and the contents are put
 * in afterwards, so a template sees whether a message exists and who speaks, but cannot look into what was said.
 */
export class ChatTemplate {
  readonly #template: Template;
  readonly #trimmed: ReadonlySet<Role>;

  /** @throws GgufError BAD_TEMPLATE when the source is no Jinja template we can run. */
  constructor(
    source: string,
    private readonly tokens: TemplateTokens,
  ) {
    try {
      this.#template = new Template(source);
    } catch (cause) {
      throw new GgufError("BAD_TEMPLATE", `The model's chat template cannot be parsed: ${(cause as Error).message}.`, {
        cause,
      });
    }
    this.#trimmed = this.#rolesTrimmed();
  }

  /**
   * Segments of a conversation in order.
   * @throws GgufError BAD_TEMPLATE when the template refuses the messages or leaves one out.
   */
  render(messages: readonly ChatMessage[], options: { addGenerationPrompt: boolean }): Segment[] {
    const text = this.#run(
      messages.map(({ role }, index) => ({ role, content: placeholder(index) })),
      options.addGenerationPrompt,
    );
    const segments: Segment[] = [];
    const seen = new Set<number>();
    let end = 0;
    for (const match of text.matchAll(PLACEHOLDER)) {
      const index = Number(match[1]);
      const message = messages[index];
      if (!message || seen.has(index)) throw refusal(`repeats message ${index + 1}`);
      seen.add(index);
      if (match.index > end) segments.push({ kind: "template", text: text.slice(end, match.index) });
      const content = this.#trimmed.has(message.role) ? message.content.trim() : message.content;
      segments.push({ kind: "content", text: content, message: index });
      end = match.index + match[0].length;
    }
    if (end < text.length) segments.push({ kind: "template", text: text.slice(end) });
    const missing = messages.findIndex((_, index) => !seen.has(index));
    if (missing >= 0) throw refusal(`leaves out message ${missing + 1} (${messages[missing]?.role})`);
    return segments;
  }

  #run(messages: { role: Role; content: string }[], addGenerationPrompt: boolean): string {
    try {
      return this.#template.render({
        messages,
        add_generation_prompt: addGenerationPrompt,
        bos_token: this.tokens.bosToken,
        eos_token: this.tokens.eosToken,
      });
    } catch (cause) {
      throw refusal(`does not accept these messages: ${(cause as Error).message}`, cause);
    }
  }

  /** Some templates trim contents; since ours are put in later, we must know and do the same. */
  #rolesTrimmed(): Set<Role> {
    const trimmed = new Set<Role>();
    const probe = ` ${placeholder(0)} `;
    const conversations: [Role, (content: string) => { role: Role; content: string }[]][] = [
      ["user", (content) => [{ role: "user", content }]],
      [
        "system",
        (content) => [
          { role: "system", content },
          { role: "user", content: "-" },
        ],
      ],
      [
        "assistant",
        (content) => [
          { role: "user", content: "-" },
          { role: "assistant", content },
          { role: "user", content: "-" },
        ],
      ],
    ];
    for (const [role, conversation] of conversations) {
      try {
        const text = this.#run(conversation(probe), false);
        if (!text.includes(probe) && text.includes(placeholder(0))) trimmed.add(role);
      } catch {
        // A template without system messages, say: it refuses the real ones too, with a sentence.
      }
    }
    return trimmed;
  }
}

const refusal = (why: string, cause?: unknown) =>
  new GgufError("BAD_TEMPLATE", `The model's chat template ${why}.`, { cause });
