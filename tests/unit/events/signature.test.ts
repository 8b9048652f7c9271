// The signature of a delivery, against a known one, and its words in both languages.
import { expect, test } from "vitest";
import type { EventFacts } from "../../../server/domain/events/facts.ts";
import { payloadOf } from "../../../server/domain/events/payload.ts";
import { newSecret, signatureHeaders } from "../../../server/domain/events/signature.ts";
import type { Sentence } from "../../../server/domain/views/sentence.ts";
import { EVENT_KINDS } from "../../../server/domain/views/watch.ts";

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
const payload = async (kind: string, facts: EventFacts) => {
  const event = { id: 7n, kind, subject: "Run:1", data: { figure: 3 }, at };
  return JSON.parse(await payloadOf(event, facts, "https://hone.example"));
};

test.each(EVENT_KINDS)("%s has a subject and a text in both languages", async (kind) => {
  const values = { method: "DPO", release: "r8", adapter: "3f9a2c", name: "nightly", error: "It broke." };
  const { email, ...rest } = await payload(kind, { values, suites: ["safety", "endings"] });
  expect(rest).toMatchObject({ id: "7", type: kind, timestamp: at.toISOString(), data: { figure: 3 } });
  for (const { subject, text } of [email.en, email.zh]) {
    expect(subject).toMatch(/^Hone/);
    expect(text).toContain("https://hone.example/admin/runs/1");
    // Neither a key nor a place that was left open.
    expect(subject + text).not.toMatch(/(mail|suite)\.\w|[{}]|–/);
  }
  expect(email.zh.text).toMatch(/[\u4e00-\u9fff]/);
  // What an event lacks leaves a dash, never a hole.
  expect((await payload(kind, { values: {} })).email.en.subject).not.toMatch(/mail\.\w|[{}]/);
});

test("suites and reasons are said in the reader's language", async () => {
  const { email } = await payload("gate.refused", { values: { adapter: "3f9a2c" }, suites: ["safety", "endings"] });
  expect(email.en.text).toContain("It failed: Safety, Endings.");
  expect(email.zh.text).not.toMatch(/Safety|Endings/);
  const reason: Sentence = { area: "operations", code: "NOT_THERE_YET", values: {} };
  const told = await payload("schedule.skipped", { values: { name: "nightly" }, reason });
  expect(told.email.en.text).toContain("sentences.NOT_THERE_YET");
});
