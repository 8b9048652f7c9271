/** Text to tokens and back, and whole conversations to the tokens a model sees: the same for serving and training. */

import type { LlamaModel, Token } from "node-llama-cpp";
import { byteAlphabet } from "./byte-alphabet.ts";
import { type ChatMessage, ChatTemplate } from "./chat-template.ts";
import { GgufError } from "./format.ts";
import { loadLlama } from "./llama.ts";
import { readBoolean, readTokenId, requireArray, requireString } from "./model-config.ts";
import { type GgufFile, openGguf } from "./reader.ts";
import { validateBase } from "./validate.ts";
import { TOKEN_TYPE } from "./write-model.ts";

/** A conversation as the model sees it. */
export interface RenderedChat {
  /** [T] */
  tokens: Int32Array;
  /** 1 where the token is an assistant message's content or the token that ends its turn, [T]. */
  mask: Uint8Array;
  /** The assistant messages in order: tokens[start, end), the end token included. */
  completions: { start: number; end: number }[];
}

/** What a completion consists of: its text, or better the tokens that were generated. */
export interface Completion {
  content: string;
  tokenIds?: readonly number[] | null;
}

/** Tokeniser of one model. Everything is synchronous; `close` frees the vocabulary. */
export class Tokenizer {
  readonly vocabulary: number;
  readonly eosId: number;
  /** Ends an assistant's turn; usually the same as `eosId`. */
  readonly endOfTurnId: number;
  /** No token stands for more text than this, so a text has at least length / longestTokenBytes tokens. */
  readonly longestTokenBytes: number;
  readonly #bosId: number | null;
  readonly #template: ChatTemplate;
  readonly #bytes: readonly Uint8Array[];
  /** SentencePiece puts a space before every text; segments within a conversation must not get one. */
  readonly #trim: "trimLeadingSpace" | undefined;

  constructor(
    private readonly model: LlamaModel,
    file: GgufFile,
    private readonly ownsModel: boolean,
  ) {
    const tokens = requireArray(file, "tokenizer.ggml.tokens", "string") as readonly string[];
    const types = requireArray(file, "tokenizer.ggml.token_type", "i32") as readonly number[];
    const kind = requireString(file, "tokenizer.ggml.model");
    this.vocabulary = tokens.length;
    this.eosId = readTokenId(file, "tokenizer.ggml.eos_token_id")!;
    const bosId = readTokenId(file, "tokenizer.ggml.bos_token_id");
    this.#bosId = (readBoolean(file, "tokenizer.ggml.add_bos_token") ?? kind === "llama") ? (bosId ?? null) : null;
    this.#trim = kind === "llama" ? "trimLeadingSpace" : undefined;
    this.#bytes = tokens.map((text, id) => tokenBytes(text, types[id]!, kind));
    this.longestTokenBytes = this.#bytes.reduce((longest, bytes) => Math.max(longest, bytes.length), 1);
    this.#template = new ChatTemplate(requireString(file, "tokenizer.chat_template"), {
      bosToken: bosId === undefined ? "" : tokens[bosId]!,
      eosToken: tokens[this.eosId]!,
    });
    this.endOfTurnId = this.#findEndOfTurn();
  }

  /** Tokens of plain text: whatever it looks like, no control token comes out. */
  encode(text: string): number[] {
    return this.model.tokenize(text, false, this.#trim);
  }

  /** Tokens of a text in which the names of control tokens stand for them; only for text the model's file gives. */
  encodeWithControl(text: string): number[] {
    return this.model.tokenize(text, true, this.#trim);
  }

  /** Text of tokens; control tokens are left out, broken UTF-8 becomes U+FFFD. */
  decode(tokenIds: Iterable<number>): string {
    return Buffer.concat(Array.from(tokenIds, (id) => this.bytesOf(id))).toString("utf8");
  }

  /** UTF-8 bytes one token stands for, which may be part of a character; empty for control tokens. */
  bytesOf(id: number): Uint8Array {
    const bytes = this.#bytes[id];
    if (!bytes) throw new RangeError(`Token id ${id} is not in the vocabulary of ${this.vocabulary}.`);
    return bytes;
  }

  /** Whether a token ends a reply. */
  isEnd(id: number): boolean {
    return this.model.isEogToken(id as Token);
  }

  /** Tokens of a conversation, with `addGenerationPrompt` up to where the assistant begins to speak. */
  renderChat(messages: readonly ChatMessage[], { addGenerationPrompt = false } = {}): RenderedChat {
    const tokens: number[] = [];
    const completions: { start: number; end: number }[] = [];
    let open: { start: number; end: number } | null = null;
    for (const segment of this.#template.render(messages, { addGenerationPrompt })) {
      const start = tokens.length;
      if (segment.kind === "content") {
        const message = messages[segment.message]!;
        const own = message.role === "assistant" ? message.tokenIds : null;
        for (const id of own ? this.#withoutEnd(own) : this.encode(segment.text)) tokens.push(id);
        open = message.role === "assistant" ? { start, end: tokens.length } : null;
        if (open) completions.push(open);
      } else {
        for (const id of this.encodeWithControl(segment.text)) tokens.push(id);
        if (open && tokens[start] !== undefined && this.isEnd(tokens[start])) open.end = start + 1;
        open = null;
      }
    }
    if (this.#bosId !== null && tokens[0] !== this.#bosId) {
      tokens.unshift(this.#bosId);
      for (const completion of completions) {
        completion.start++;
        completion.end++;
      }
    }
    const mask = new Uint8Array(tokens.length);
    for (const { start, end } of completions) mask.fill(1, start, end);
    return { tokens: Int32Array.from(tokens), mask, completions };
  }

  /**
   * Tokens of one reply as they follow `renderChat(prompt, { addGenerationPrompt: true })`, ended by the end token:
   * prompt and completion joined are exactly what was, or would be, generated.
   */
  encodeCompletion({ content, tokenIds }: Completion): Int32Array {
    const end = tokenIds?.at(-1);
    if (tokenIds && end !== undefined && this.isEnd(end)) return Int32Array.from(this.#checked(tokenIds));
    return Int32Array.from([...(tokenIds ? this.#checked(tokenIds) : this.encode(content)), this.endOfTurnId]);
  }

  async close(): Promise<void> {
    if (this.ownsModel) await this.model.dispose();
  }

  /** The template writes the end of a turn itself, so a recorded one would stand twice. */
  #withoutEnd(tokenIds: readonly number[]): readonly number[] {
    const end = this.#checked(tokenIds).at(-1);
    return end !== undefined && this.isEnd(end) ? tokenIds.slice(0, -1) : tokenIds;
  }

  #checked(tokenIds: readonly number[]): readonly number[] {
    for (const id of tokenIds) this.bytesOf(id);
    return tokenIds;
  }

  #findEndOfTurn(): number {
    try {
      const { tokens, completions } = this.renderChat([
        { role: "user", content: "-" },
        { role: "assistant", content: "-" },
      ]);
      const last = tokens[(completions[0]?.end ?? 0) - 1];
      return last !== undefined && this.isEnd(last) ? last : this.eosId;
    } catch {
      return this.eosId;
    }
  }
}

/**
 * Opens a model's tokeniser: loads the vocabulary only, about 0.1 s for a small model.
 * @throws GgufError when the file is no usable base model.
 */
export async function openTokenizer(path: string): Promise<Tokenizer> {
  const file = openGguf(path);
  try {
    validateBase(file);
    const llama = await loadLlama();
    return new Tokenizer(await llama.loadModel({ modelPath: path, vocabOnly: true }), file, true);
  } finally {
    file.close();
  }
}

const byteOf = new Map(byteAlphabet().map((character, byte) => [character, byte]));
const utf8 = new TextEncoder();

/** Bytes a token contributes to text, by the rules of its tokenizer's kind. */
function tokenBytes(text: string, type: number, kind: string): Uint8Array {
  if (type === TOKEN_TYPE.control || type === TOKEN_TYPE.unknown || type === TOKEN_TYPE.unused) return new Uint8Array();
  if (type === TOKEN_TYPE.userDefined) return utf8.encode(text);
  if (kind === "gpt2") {
    const bytes = Array.from(text, (character) => byteOf.get(character));
    // A normal token outside the byte alphabet stands for its own text.
    return bytes.includes(undefined) ? utf8.encode(text) : Uint8Array.from(bytes as number[]);
  }
  const hex = /^<0x([0-9A-F]{2})>$/.exec(text)?.[1];
  if (type === TOKEN_TYPE.byte && hex) return Uint8Array.of(Number.parseInt(hex, 16));
  if (type === TOKEN_TYPE.byte) throw new GgufError("BAD_METADATA", `Byte token "${text}" does not name a byte.`);
  return utf8.encode(text.replaceAll("\u2581", " "));
}
