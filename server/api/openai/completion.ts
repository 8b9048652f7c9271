/** Chat completions: begins a reply, follows its log as every other reader does, and tells it in OpenAI's words. */

import { beginCompletion, failureOf, usageOf } from "../../domain/completion.ts";
import { stopMessage } from "../../domain/message.ts";
import { followMessage, type MessageStreamEvent } from "../../domain/message-stream.ts";
import type { MessageView } from "../../domain/views.ts";
import { AppError } from "../../errors.ts";
import { logger } from "../../log.ts";
import type { Services } from "../../services.ts";
import { errorBody } from "./door.ts";
import { type CompletionInput, MODEL_ID, toCompletionRequest } from "./request.ts";

interface Origin {
  messageId: string;
  createdSeconds: number;
  fingerprint: string;
}

/** A caller who hangs up ends the reply: nobody else will read it. */
export async function complete(
  services: Services,
  userId: string,
  input: CompletionInput,
  signal: AbortSignal,
): Promise<Response> {
  const begun = await beginCompletion(services, userId, toCompletionRequest(input));
  const { messageId, adapterSha256 } = begun;
  const fingerprint = adapterSha256 ?? begun.baseSha256 ?? "";
  const origin = { messageId, fingerprint, createdSeconds: Math.floor(Date.now() / 1000) };
  const left = new AbortController();
  const leave = () => {
    left.abort();
    stopMessage(services, userId, messageId).catch((error) =>
      logger("v1").warn({ err: error }, "a reply was not stopped"),
    );
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();

  const events = followMessage(services, userId, { messageId, after: 0 }, left.signal);
  const headers = { "x-hone-message-id": messageId, "x-hone-adapter": adapterSha256 ?? "base" };
  try {
    // Whatever goes wrong before the first word still has a status of its own.
    const first = await events.next();
    if (first.value?.type === "end") await assertSpoken(services, first.value.message);
    if (!input.stream) return Response.json(await whole(services, origin, first.value, events), { headers });
    const body = stream(services, origin, input.stream_options?.include_usage === true, first.value, events);
    return new Response(toBytes(body, leave), {
      headers: {
        ...headers,
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-cache, no-transform",
      },
    });
  } finally {
    if (!input.stream) signal.removeEventListener("abort", leave);
  }
}

type Events = AsyncGenerator<MessageStreamEvent>;

async function whole(services: Services, origin: Origin, first: MessageStreamEvent | undefined, events: Events) {
  let last = first;
  for await (const event of events) last = event;
  if (last?.type !== "end") throw new AppError("INFERENCE_LOST", "The reply was broken off.");
  await assertSpoken(services, last.message);
  const { content } = last.message;
  return {
    ...envelope(origin, "chat.completion"),
    choices: [
      {
        index: 0,
        message: { role: "assistant", content, refusal: null },
        logprobs: null,
        finish_reason: finishReason(last.message),
      },
    ],
    usage: await usage(services, origin.messageId),
  };
}

/** Server-sent events of one reply. An error in its midst is an event too, and no finish_reason follows. */
async function* stream(
  services: Services,
  origin: Origin,
  withUsage: boolean,
  first: MessageStreamEvent | undefined,
  events: Events,
): AsyncGenerator<string> {
  const chunk = (delta: object, finish_reason: string | null = null) =>
    line({
      ...envelope(origin, "chat.completion.chunk"),
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(withUsage && { usage: null }),
    });
  try {
    yield chunk({ role: "assistant", content: "", refusal: null });
    for (let event = first; event; event = (await events.next()).value as MessageStreamEvent | undefined) {
      if (event.type === "delta") {
        if (event.text !== "") yield chunk({ content: event.text });
        continue;
      }
      await assertSpoken(services, event.message);
      yield chunk({}, finishReason(event.message));
      if (withUsage) {
        const figures = await usage(services, origin.messageId);
        yield line({ ...envelope(origin, "chat.completion.chunk"), choices: [], usage: figures });
      }
      yield "data: [DONE]\n\n";
    }
  } catch (error) {
    yield line(errorBody(error).body);
  }
}

const line = (data: object) => `data: ${JSON.stringify(data)}\n\n`;

const envelope = ({ messageId, createdSeconds, fingerprint }: Origin, object: string) => ({
  id: `chatcmpl-${messageId}`,
  object,
  created: createdSeconds,
  model: MODEL_ID,
  system_fingerprint: fingerprint.slice(0, 16),
});

async function usage({ db }: Services, messageId: string) {
  const { promptTokens, completionTokens } = await usageOf(db, messageId);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

const finishReason = ({ endReason }: MessageView) => (endReason === "LENGTH" ? "length" : "stop");

/** A reply that broke off is an error and never looks complete. */
async function assertSpoken({ db }: Services, { id, error }: MessageView): Promise<void> {
  if (error) throw new AppError(error, await failureOf(db, id));
}

function toBytes(chunks: AsyncGenerator<string>, leave: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      leave();
      await chunks.return(undefined);
    },
  });
}
