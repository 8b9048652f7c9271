// The signature of a delivery, against a known one, and its words in both languages.
import { expect, test } from "vitest";
import { payloadOf } from "../../../server/domain/events/payload.ts";
import { newSecret, signatureHeaders } from "../../../server/domain/events/signature.ts";
import { EVENT_KINDS, type EventData } from "../../../server/domain/views/watch.ts";

test("is the one of the specification's example", () => {
  // From the tests of the reference libraries, standard-webhooks/standard-webhooks.
  const headers = signatureHeaders("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    at: new Date(1_614_265_330_000),
    body: '{"test": 2432232314}',
  });
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("a secret is 256 bits that nobody has twice", () => {
  const secrets = Array.from({ length: 100 }, newSecret);
  expect(new Set(secrets).size).toBe(100);
  for (const secret of secrets) expect(Buffer.from(secret.slice("whsec_".length), "base64")).toHaveLength(32);
});

const at = new Date("2026-11-22T12:00:00Z");
const payload = async (kind: string, data: EventData) => {
  const event = { id: 7n, kind, subject: "Run:1", data, at };
  return JSON.parse(await payloadOf(event, "https://hone.example"));
};

test.each(EVENT_KINDS)("%s has a subject and a text in both languages", async (kind) => {
  const places = {
    method: "DPO",
    release: 8,
    adapter: "3f9a2c",
    name: "nightly",
    suites: "safety",
    error: "It broke.",
  };
  const { email, ...rest } = await payload(kind, places);
  expect(rest).toMatchObject({ id: "7", type: kind, timestamp: at.toISOString(), data: places });
  for (const { subject, text } of [email.en, email.zh]) {
    expect(subject).toMatch(/^Hone/);
    expect(text).toContain("https://hone.example/admin/runs/1");
    // Neither a key nor a place that was left open.
    expect(subject + text).not.toMatch(/mail\.|[{}]|–/);
  }
  expect(email.zh.text).toMatch(/[\u4e00-\u9fff]/);
  // Figures that an event lacks leave a dash, never a hole.
  expect((await payload(kind, {})).email.en.subject).not.toMatch(/mail\.|[{}]/);
});

test("a reason is a sentence in the reader's language", async () => {
  const { email } = await payload("canary.rolledBack", { release: 8, reason: "operations.TEST_SENTENCE", share: 3 });
  expect(email.en.text).toContain("sentences.TEST_SENTENCE");
  expect((await payload("schedule.skipped", { name: "n", reason: "Not now." })).email.en.text).toContain("Not now.");
});
