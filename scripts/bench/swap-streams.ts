// Streams that never stop while adapters are swapped under them: what each said and with which weights, and how long every token took.
import type { AdapterReference, GenerateRequest, ServingBackend } from "../../server/engine-client.ts";

/** A reply that was asked for with the adapter that was live at that moment. */
export interface SpokenReply {
  adapter: AdapterReference;
  /** Which of the fixed questions it answers. */
  question: number;
  /** What the process says it spoke with. */
  startedWith: string | null;
  tokenIds: number[];
  logProbs: number[];
  /** Milliseconds from asking to the first token. */
  firstMs: number;
  /** Milliseconds between tokens. */
  gapsMs: number[];
}

export interface SwapRun {
  replies: SpokenReply[];
  failures: string[];
  /** Milliseconds until the new adapter was ready and new replies began with it, one per swap. */
  swapsMs: number[];
  /** Milliseconds from the beginning of a swap to the new adapter's first token for somebody who asks as soon as it is ready. */
  visibleMs: number[];
}

interface Settings {
  /** Taken in turn; the first is live at the beginning. */
  adapters: readonly AdapterReference[];
  streams: number;
  /** 0: the streams go on for `tokens` instead. */
  swaps: number;
  /** Tokens heard, by all streams together, before each swap. */
  tokens: number;
  maxTokens: number;
}

/** The question of a stream's turn; few and fixed, so that what an adapter says to each can be asked for again. */
export function question(
  index: number,
  adapter: AdapterReference,
  maxTokens: number,
  requestId: string,
): GenerateRequest {
  const content = QUESTIONS[index % QUESTIONS.length]!;
  const sampling = { temperature: (index % 4) / 3, topP: 1, topK: 0, minP: 0, seed: index };
  return { requestId, adapter, messages: [{ role: "user", content }], maxTokens, ...sampling };
}

const QUESTIONS = [
  "Tell me a story.",
  "给我讲个故事。",
  "Who are you?",
  "What is 3 + 4?",
  "Name a colour.",
  "你好",
] as const;

/** Keeps all streams busy while one adapter after the other goes live, each in the middle of replies of the one before. */
export async function streamsUnderSwaps(client: ServingBackend, settings: Settings): Promise<SwapRun> {
  const { adapters, streams, swaps, tokens, maxTokens } = settings;
  const run: SwapRun = { replies: [], failures: [], swapsMs: [], visibleMs: [] };
  let live = adapters[0]!;
  let over = false;
  let heard = 0;
  const waiters: { at: number; wake: () => void }[] = [];
  const hear = () => {
    heard++;
    for (const { wake } of waiters.splice(0, waiters[0] && heard >= waiters[0].at ? 1 : 0)) wake();
  };
  const untilHeard = (more: number) => new Promise<void>((wake) => waiters.push({ at: heard + more, wake }));
  let asked = 0;
  await client.keepAdapters([live]);

  /** Asks with what is live at this moment; false: it failed, and is noted. */
  const speak = async (speaker: number, onFirst?: () => void): Promise<boolean> => {
    const adapter = live;
    const began = performance.now();
    const reply: SpokenReply = {
      ...{ adapter, question: speaker, startedWith: null, tokenIds: [], logProbs: [], firstMs: 0, gapsMs: [] },
    };
    let before = began;
    try {
      for await (const event of client.generate(question(speaker, adapter, maxTokens, `${speaker}-${asked++}`))) {
        if (event.type === "start") reply.startedWith = event.adapter;
        if (event.type !== "token" || event.tokenIds.length === 0) continue;
        const now = performance.now();
        if (reply.tokenIds.length > 0) reply.gapsMs.push(now - before);
        else {
          reply.firstMs = now - began;
          onFirst?.();
        }
        before = now;
        reply.tokenIds.push(...event.tokenIds);
        reply.logProbs.push(...event.logProbs);
        hear();
      }
      run.replies.push(reply);
      return true;
    } catch (error) {
      run.failures.push(String(error));
      return false;
    }
  };
  const speakers = Array.from({ length: streams }, async (_, speaker) => {
    while (!over && (await speak(speaker)));
  });
  // Whoever asks right after a swap, besides the streams: they come and go when they please.
  const newcomers: Promise<unknown>[] = [];

  const swapping = (async () => {
    for (let swap = 1; swap <= swaps; swap++) {
      await untilHeard(tokens);
      const next = adapters[swap % adapters.length]!;
      const began = performance.now();
      // As an activation does: load beside what speaks, move the pointer, let the old one go.
      await client.ensureAdapter(next);
      live = next;
      run.swapsMs.push(performance.now() - began);
      newcomers.push(speak(streams, () => run.visibleMs.push(performance.now() - began)));
      await client.keepAdapters([next]);
    }
    await untilHeard(tokens);
    over = true;
  })();
  // When every stream has failed nothing is heard any more, and no swap would come.
  await Promise.race([swapping, Promise.all(speakers)]);
  await Promise.all([...speakers, ...newcomers]);
  return run;
}
