// Sending a file in parts: it goes on where the server stands, comes back after a broken line, and gives up with a sentence.
import { afterEach, expect, test, vi } from "vitest";
import { SendError, sendFile } from "../../../app/admin/imports/send-file.ts";

const PART = 64;
const json = (body: unknown, status = 200) => Response.json(body, { status });

/** A server that keeps what it is sent; `faults` answer in the place of a PUT, in turn, null lets it through. */
function server(faults: (((at: number) => Response | Error) | null)[] = []) {
  let stored = new Uint8Array(0);
  const offsets: number[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    if (init.method !== "PUT") return json({ received: stored.length });
    const at = Number(new URL(address, "http://here").searchParams.get("offset"));
    offsets.push(at);
    const fault = faults.shift()?.(at);
    if (fault instanceof Error) throw fault;
    if (fault) return fault;
    if (at !== stored.length) return json({ code: "CONFLICT", message: `expected offset ${stored.length}` }, 409);
    stored = new Uint8Array(await new Blob([stored, init.body as Blob]).arrayBuffer());
    return json({ received: stored.length });
  });
  return {
    offsets,
    content: () => stored,
    /** As if it had come earlier. */
    preset: (bytes: Uint8Array<ArrayBuffer>) => {
      stored = bytes;
    },
  };
}

const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31) % 251);
const waits: number[] = [];
const options = () => ({
  signal: new AbortController().signal,
  onProgress: () => {},
  partBytes: PART,
  wait: async (ms: number) => void waits.push(ms),
});

afterEach(() => {
  vi.unstubAllGlobals();
  waits.length = 0;
});

test("goes on from what the server has, in parts, and tells how far it is", async () => {
  const content = bytes(2 * PART + 5);
  const there = server();
  there.preset(content.slice(0, 7));
  const progress: number[] = [];
  await sendFile(
    new Blob([content]),
    { id: "a", received: 7 },
    { ...options(), onProgress: (at) => progress.push(at) },
  );
  expect(there.content()).toEqual(content);
  expect(progress).toEqual([7, 7 + PART, content.length]);
});

test("a part that was written but whose answer was lost is not written twice", async () => {
  const content = bytes(PART + 10);
  const there = server([
    () => {
      there.preset(content.slice(0, PART)); // it arrived
      return new TypeError("network gone");
    },
  ]);
  await sendFile(new Blob([content]), { id: "a", received: 0 }, options());
  expect(there.content()).toEqual(content);
  expect(there.offsets).toEqual([0, PART]);
});

test("waits longer after each failure, and begins anew after a success", async () => {
  const busy = () => json({}, 503);
  const there = server([busy, busy, null, busy]);
  const content = bytes(PART + 10);
  await sendFile(new Blob([content]), { id: "a", received: 0 }, options());
  expect(there.content()).toEqual(content);
  expect(waits).toEqual([500, 1000, 500]);
});

test("gives up after five failures with the server's sentence", async () => {
  server(Array(5).fill(() => json({ code: "INTERNAL", message: "the disk is full" }, 507)));
  const sending = sendFile(new Blob([bytes(10)]), { id: "a", received: 0 }, options());
  await expect(sending).rejects.toThrow("the disk is full");
  expect(waits).toHaveLength(4);
});

test("a refusal is final", async () => {
  const there = server([() => json({ code: "ILLEGAL_STATE", message: "this import is over" }, 400)]);
  const failure = await sendFile(new Blob([bytes(10)]), { id: "a", received: 0 }, options()).catch((error) => error);
  expect(failure).toBeInstanceOf(SendError);
  expect(failure.sentence).toBe("this import is over");
  expect(there.offsets).toEqual([0]);
});

test("stops when told to", async () => {
  const controller = new AbortController();
  const there = server();
  const sending = sendFile(
    new Blob([bytes(2 * PART)]),
    { id: "a", received: 0 },
    { ...options(), signal: controller.signal, onProgress: (at) => at > 0 && controller.abort() },
  );
  await expect(sending).rejects.toThrow();
  expect(there.offsets).toEqual([0]);
});
