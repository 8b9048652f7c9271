// Brings a file to the server in parts, from wherever it broke off last; the bytes are named by their hash.
import type { ImportView } from "../../../server/domain/views.ts";

/** Of one request; small enough that a broken line costs little. */
const PART_BYTES = 8 * 2 ** 20;
const TRIES = 5;
const FIRST_WAIT_MS = 500;

/** Why a part was not taken; `sentence` is the server's own, null where no answer came. */
export class SendError extends Error {
  constructor(readonly sentence: string | null) {
    super(sentence ?? "the server did not answer");
  }
}

interface SendOptions {
  signal: AbortSignal;
  onProgress: (received: number) => void;
  partBytes?: number;
  wait?: (ms: number) => Promise<void>;
}

const sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/**
 * Sends what the server has not got yet. A line that breaks is tried again, after longer and longer waits, from where the
 * server says it stands. Throws SendError when it gives up, and the signal's reason when told to stop.
 */
export async function sendFile(
  file: Blob,
  { id, received }: { id: string; received: number },
  { signal, onProgress, partBytes = PART_BYTES, wait = sleep }: SendOptions,
): Promise<void> {
  let at = received;
  let failures = 0;
  onProgress(at);
  while (at < file.size) {
    signal.throwIfAborted();
    const answer = await put(file.slice(at, at + partBytes), id, at, signal);
    if (answer.kind === "taken") {
      failures = 0;
      at = answer.received;
      onProgress(at);
      continue;
    }
    if (answer.kind === "refused" || ++failures === TRIES) throw new SendError(answer.sentence);
    await wait(FIRST_WAIT_MS * 2 ** (failures - 1));
    at = await whereItStands(id, at, signal);
  }
}

type Answer =
  | { kind: "taken"; received: number }
  | { kind: "broken"; sentence: string | null }
  | { kind: "refused"; sentence: string | null };

async function put(body: Blob, id: string, at: number, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(`/api/imports/${id}?offset=${at}`, { method: "PUT", body, signal });
    if (response.ok) return { kind: "taken", received: ((await response.json()) as ImportView).received };
    const sentence = await sentenceOf(response);
    // Somebody else wrote in the meantime, the server is busy, or it is ill: it may take the part later.
    const passing = response.status === 409 || response.status === 429 || response.status >= 500;
    return { kind: passing ? "broken" : "refused", sentence };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError) return { kind: "broken", sentence: null };
    throw error;
  }
}

async function whereItStands(id: string, otherwise: number, signal: AbortSignal): Promise<number> {
  try {
    const response = await fetch(`/api/imports/${id}`, { signal });
    return response.ok ? ((await response.json()) as ImportView).received : otherwise;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TypeError) return otherwise;
    throw error;
  }
}

async function sentenceOf(response: Response): Promise<string | null> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null && "message" in body ? String(body.message) : null;
}
