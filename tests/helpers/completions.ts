// A program that uses Hone through its OpenAI-compatible API.
import { serverEvents } from "./api.ts";

export interface CompletionRequest {
  messages: { role: "system" | "user" | "assistant"; content: string }[];
  temperature: number;
  seed: number;
  max_tokens?: number;
}

export interface CompletionResult {
  text: string;
  /** Tokens of the reply, as the usage counts them. */
  tokens: number;
  finishReason: string | null;
  messageId: string | null;
  /** The x-hone-adapter header: content hash of what spoke. */
  adapter: string | null;
}

interface Chunk {
  choices: { message?: { content: string }; delta?: { content?: string }; finish_reason: string | null }[];
  usage?: { completion_tokens: number } | null;
  error?: { message: string };
}

export class Completions {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async #post(body: object, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(`${this.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 300)}`);
    return response;
  }

  async create(request: CompletionRequest): Promise<CompletionResult> {
    const response = await this.#post({ model: "hone", ...request });
    const body = (await response.json()) as Chunk;
    const choice = body.choices[0]!;
    return {
      ...origin(response),
      text: choice.message?.content ?? "",
      tokens: body.usage?.completion_tokens ?? 0,
      finishReason: choice.finish_reason,
    };
  }

  /** Streams a reply; `onText` is called with every piece. @throws Error when the stream fails or ends without a reason */
  async stream(request: CompletionRequest, onText: (text: string) => void = () => {}): Promise<CompletionResult> {
    const response = await this.#post({
      model: "hone",
      stream: true,
      stream_options: { include_usage: true },
      ...request,
    });
    const result: CompletionResult = { ...origin(response), text: "", tokens: 0, finishReason: null };
    for await (const { data } of serverEvents(response)) {
      if (data === "[DONE]") break;
      const chunk = JSON.parse(data) as Chunk;
      if (chunk.error) throw new Error(chunk.error.message);
      const choice = chunk.choices[0];
      if (choice?.delta?.content) {
        result.text += choice.delta.content;
        onText(choice.delta.content);
      }
      result.finishReason = choice?.finish_reason ?? result.finishReason;
      result.tokens = chunk.usage?.completion_tokens ?? result.tokens;
    }
    if (!result.finishReason) throw new Error("the stream ended without a finish_reason");
    return result;
  }
}

const origin = (response: Response) => ({
  messageId: response.headers.get("x-hone-message-id"),
  adapter: response.headers.get("x-hone-adapter"),
});

/** The same words from the same weights. */
export const sameReply = (a: CompletionResult, b: CompletionResult): boolean =>
  a.text === b.text && a.tokens === b.tokens && a.adapter === b.adapter;
