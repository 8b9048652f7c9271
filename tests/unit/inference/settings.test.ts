// Settings of the inference process: defaults, limits, and sentences for what cannot be used.
import { expect, test } from "vitest";
import { planStates } from "../../../server/inference/model-host.ts";
import { defaultThreads, readSettings } from "../../../server/inference/settings.ts";

const needed = {
  INFERENCE_URL: "http://127.0.0.1:4123",
  INFERENCE_SECRET: "0123456789abcdef",
  HONE_MODEL: "/models/base.gguf",
};

test("what is needed is enough", () => {
  expect(readSettings(needed)).toMatchObject({
    port: 4123,
    model: "/models/base.gguf",
    contextLength: 4096,
    sequences: 8,
    queueLimit: 64,
  });
  expect(
    readSettings({ ...needed, INFERENCE_THREADS: "3", INFERENCE_SEQUENCES: "2", INFERENCE_QUEUE: " " }),
  ).toMatchObject({
    threads: 3,
    sequences: 2,
    queueLimit: 64,
  });
});

test.each([
  [{ INFERENCE_URL: undefined }, /INFERENCE_URL/],
  [{ INFERENCE_SECRET: undefined }, /INFERENCE_SECRET/],
  [{ INFERENCE_URL: "http://0.0.0.0:4123" }, /127\.0\.0\.1 only/],
  [{ INFERENCE_URL: "http://example.org" }, /127\.0\.0\.1 only/],
  [{ INFERENCE_SEQUENCES: "0" }, /INFERENCE_SEQUENCES: "0" cannot be used/],
  [{ INFERENCE_CONTEXT: "much" }, /INFERENCE_CONTEXT: "much" cannot be used/],
])("%o stops the start with a sentence", (change, sentence) => {
  expect(() => readSettings({ ...needed, ...change })).toThrow(sentence);
});

test("one thread on small machines, half of larger ones, never more than eight", () => {
  expect([1, 2, 3, 4, 8, 16, 128].map(defaultThreads)).toEqual([1, 1, 1, 2, 4, 8, 8]);
});

test("states are exact where that is cheap, and slots give way to memory", () => {
  const starter = { layers: 6, kvHeads: 4, headWidth: 32 };
  const large = { layers: 28, kvHeads: 4, headWidth: 128 };
  const plan = (shape: object, context: number, sequences: number) =>
    planStates(shape as Parameters<typeof planStates>[0], context, sequences);
  expect(plan(starter, 512, 8)).toEqual({ type: "F32", sequences: 8 });
  expect(plan(large, 4096, 8)).toEqual({ type: "F16", sequences: 4 });
  expect(plan(large, 131_072, 8)).toEqual({ type: "F16", sequences: 1 });
});
