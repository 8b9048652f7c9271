// A serving process that says what a test tells it to say, and fails where the test wants it to fail.
import type { GenerateEvent, GenerateRequest, Health, ServingBackend } from "../../server/engine-client.ts";
import { AppError, type ErrorCode } from "../../server/errors.ts";

export const BASE_SHA256 = "b".repeat(64);

/** What happens during a reply, in order. A promise holds the reply until the test resolves it. */
export type Act = string | Promise<unknown> | { fail: ErrorCode } | { end: "stop" | "length" } | { base: string };

type Script = (request: GenerateRequest) => readonly Act[];

export class ScriptedEngine implements ServingBackend {
  /** Every reply that was asked for. */
  readonly requests: GenerateRequest[] = [];
  readonly ensured: string[] = [];
  readonly released: string[] = [];
  /** What people talk to, as the process was last told; null is the bare base model. */
  kept: (string | null)[] = [];
  up = true;
  /** What each reply does; the default says one sentence. */
  script: Script = () => ["A fine ", "answer."];
  /** Runs before an adapter counts as loaded; throw to refuse it. */
  onEnsure: (sha256: string) => void | Promise<void> = () => {};

  async health(): Promise<Health> {
    if (!this.up) throw new AppError("INFERENCE_UNAVAILABLE", "The scripted engine is down.");
    const base = { sha256: BASE_SHA256, name: "scripted", architecture: "qwen3", contextLength: 512, vocabulary: 256 };
    return { ready: true, base, loaded: this.ensured, running: 0, queued: 0 };
  }

  async ensureAdapter({ sha256 }: { sha256: string }): Promise<void> {
    await this.onEnsure(sha256);
    this.ensured.push(sha256);
  }

  async keepAdapters(adapters: readonly ({ sha256: string } | null)[]): Promise<void> {
    this.kept = adapters.map((adapter) => adapter?.sha256 ?? null);
  }

  async releaseAdapter(sha256: string): Promise<void> {
    this.released.push(sha256);
  }

  async *generate(request: GenerateRequest, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<GenerateEvent> {
    this.requests.push(request);
    if (!this.up) throw new AppError("INFERENCE_UNAVAILABLE", "The scripted engine is down.");
    const acts = this.script(request);
    const base = acts.find((act): act is { base: string } => typeof act === "object" && "base" in act)?.base;
    const { seed, adapter, maxTokens } = request;
    const promptTokens = request.messages.length;
    yield {
      type: "start",
      adapter: adapter?.sha256 ?? null,
      base: base ?? BASE_SHA256,
      promptTokens,
      reusedTokens: 0,
      maxTokens,
      seed,
    };
    const tokenIds: number[] = [];
    let reason: "stop" | "length" = "stop";
    for (const act of acts) {
      signal?.throwIfAborted();
      if (typeof act === "string") {
        const ids = tokensOf(act);
        tokenIds.push(...ids);
        yield { type: "token", tokenIds: ids, text: act, logProbs: ids.map(() => -0.5) };
      } else if (act instanceof Promise) {
        await Promise.race([act, aborted(signal)]);
        signal?.throwIfAborted();
      } else if ("fail" in act) {
        throw new AppError(act.fail, `The script says ${act.fail}.`);
      } else if ("end" in act) {
        reason = act.end;
      }
    }
    yield { type: "end", reason, completionTokens: tokenIds.length, tokenIds };
  }

  async abort(): Promise<boolean> {
    return false;
  }

  async tokenize(): Promise<never> {
    throw new Error("the scripted engine has no tokeniser");
  }

  async score(): Promise<never> {
    throw new Error("the scripted engine has no weights");
  }
}

/** One "token" per character. */
export const tokensOf = (text: string): number[] => [...text].map((character) => character.codePointAt(0)!);

const aborted = (signal?: AbortSignal) =>
  new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));

/** A promise with its handle outside: the test decides when it resolves. */
export function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
