// Slots: who gets which, who waits, who is turned away, and that remembered states are whole pieces of the same prompt.
import type { LlamaContext } from "node-llama-cpp";
import { expect, test } from "vitest";
import { cutPrompt } from "../../../server/inference/prompt.ts";
import { SlotPool, type Waiting } from "../../../server/inference/slots.ts";

/** A context whose sequences only remember what they were told to evaluate. */
function fakeContext(totalSequences: number) {
  const calls: string[] = [];
  let made = 0;
  const getSequence = () => {
    const name = `s${made++}`;
    const state: number[] = [];
    return {
      get nextTokenIndex() {
        return state.length;
      },
      async eraseContextTokenRanges([{ start }]: [{ start: number; end: number }]) {
        calls.push(`${name} back to ${start}`);
        state.length = start;
      },
      async evaluateWithoutGeneratingNewTokens(tokens: number[]) {
        calls.push(`${name} ${state.length}+${tokens.length}`);
        state.push(...tokens);
      },
      async clearHistory() {
        state.length = 0;
      },
      state,
    };
  };
  return { context: { totalSequences, getSequence } as unknown as LlamaContext, calls };
}

const signal = () => new AbortController().signal;
/** A prompt of this many tokens, all equal to `fill` except where a conversation's turns begin. */
const prompt = (length: number, fill = 1, starts: number[] = []) =>
  cutPrompt({ tokens: new Int32Array(length).fill(fill), completions: starts.map((start) => ({ start, end: start })) });

test("the same prompt again evaluates nothing but its last token", async () => {
  const { context, calls } = fakeContext(1);
  const pool = new SlotPool(context, { limit: 1, count: 0 });
  const slot = await pool.acquire(prompt(300), signal());
  expect(await slot.prefill(prompt(300), signal())).toBe(0);
  expect(calls).toEqual(["s0 0+128", "s0 128+128", "s0 256+43"]);
  (slot.sequence as unknown as { state: number[] }).state.push(1, 5, 5, 5); // the last token and a completion
  pool.release(slot);
  expect(await (await pool.acquire(prompt(300), signal())).prefill(prompt(300), signal())).toBe(299);
  expect(calls.slice(3)).toEqual(["s0 back to 299"]);
});

test("the next turn goes on after the last prompt; the reply is evaluated as part of the new one", async () => {
  const { context, calls } = fakeContext(1);
  const slot = await new SlotPool(context, { limit: 1, count: 0 }).acquire(prompt(50), signal());
  await slot.prefill(prompt(50), signal());
  (slot.sequence as unknown as { state: number[] }).state.push(1, 1, 1, 1);
  calls.length = 0;
  expect(await slot.prefill(prompt(90, 1, [50]), signal())).toBe(49);
  expect(calls).toEqual(["s0 back to 49", "s0 49+1", "s0 50+39"]);
});

test("another prompt goes back to the last common piece", async () => {
  const { context, calls } = fakeContext(1);
  const slot = await new SlotPool(context, { limit: 1, count: 0 }).acquire(prompt(300), signal());
  await slot.prefill(prompt(300), signal());
  const other = prompt(300);
  other.tokens[200] = 2;
  calls.length = 0;
  expect(await slot.prefill(other, signal())).toBe(128);
  expect(calls).toEqual(["s0 back to 128", "s0 128+128", "s0 256+43"]);
  expect(await slot.prefill(prompt(299, 7), signal())).toBe(0);
});

test("an abort between pieces keeps what was evaluated", async () => {
  const { context, calls } = fakeContext(1);
  const slot = await new SlotPool(context, { limit: 1, count: 0 }).acquire(prompt(300), signal());
  const stop = new AbortController();
  const going = slot.prefill(prompt(300), stop.signal);
  stop.abort();
  await expect(going).rejects.toBe(stop.signal.reason);
  expect(calls).toEqual(["s0 0+128"]);
  expect(await slot.prefill(prompt(300), signal())).toBe(128);
});

test("a conversation finds the slot that remembers it, and new ones spread before they overwrite", async () => {
  const { context } = fakeContext(3);
  const pool = new SlotPool(context, { limit: 9, count: 0 });
  const visit = async (fill: number) => {
    const slot = await pool.acquire(prompt(40, fill), signal());
    await slot.prefill(prompt(40, fill), signal());
    pool.release(slot);
    return slot;
  };
  const [one, two, three] = [await visit(1), await visit(2), await visit(3)];
  expect(new Set([one, two, three]).size).toBe(3);
  expect(await visit(2)).toBe(two);
  expect(await visit(1)).toBe(one);
  expect(await visit(9)).toBe(three); // idle for longest
});

test("requests wait in order, and one too many is turned away", async () => {
  const { context } = fakeContext(1);
  const waiting: Waiting = { limit: 2, count: 0 };
  const pool = new SlotPool(context, waiting);
  const slot = await pool.acquire(prompt(4), signal());
  const order: string[] = [];
  const leaving = new AbortController();
  const first = pool.acquire(prompt(4), leaving.signal).catch(() => order.push("first left"));
  const second = pool.acquire(prompt(4), signal()).then((got) => {
    order.push("second");
    return got;
  });
  expect(waiting.count).toBe(2);
  expect(() => pool.acquire(prompt(4), signal())).toThrow(expect.objectContaining({ code: "QUEUE_FULL", status: 429 }));
  leaving.abort();
  await first;
  expect(waiting.count).toBe(1);
  pool.release(slot);
  expect(await second).toBe(slot);
  expect(order).toEqual(["first left", "second"]);
  expect(waiting.count).toBe(0);
});
