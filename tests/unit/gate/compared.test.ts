// A judge's word on both contestants' replies: both orders, ties, and what its verdict amounts to.
import { afterEach, describe, expect, it } from "vitest";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import type { Answered, Bench } from "../../../trainer/gate/bench.ts";
import { judge, rewardModel } from "../../../trainer/gate/compared.ts";
import { lengthControlled } from "../../../trainer/gate/pairs.ts";
import { chatStub } from "../../helpers/openai-stub.ts";

const reply = (text: string) => ({ prompt: new Int32Array(), completion: new Int32Array(1), text, ended: true });
const answered = (candidate: string, live: string, i: number): Answered => ({
  prompt: { prompt: [{ role: "user", content: `Question ${i}?` }], answer: null, origin: "", tokens: new Int32Array() },
  candidate: reply(candidate),
  live: reply(live),
});

/** As far as these suites look at it. */
const benchOf = (replies: readonly Answered[], url: string | null): Bench =>
  ({
    ...{ answered: replies, policy: gatePolicySchema.parse({}), signal: new AbortController().signal },
    judge: url === null ? null : { url, model: "judge" },
  }) as unknown as Bench;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function judged(answer: (asked: string) => string, replies: readonly Answered[]) {
  const stub = await chatStub(answer);
  closing.push(stub.close);
  return { ...(await judge(benchOf(replies, stub.url))), asked: stub.asked };
}

/** Whether A is the reply with the word in it. */
const prefers = (word: string) => (asked: string) =>
  asked.indexOf(word) < asked.indexOf("<reply B>") ? "[[A]]" : "[[B]]";
const replies = Array.from({ length: 40 }, (_, i) =>
  answered(i < 30 ? "good one" : "poor one", i < 30 ? "poor one" : "good one", i),
);

describe("the judge", () => {
  it("is asked in both orders, and its consistent verdicts count", async () => {
    const { finding, metrics, asked } = await judged(prefers("good"), replies);
    expect(asked).toHaveLength(80);
    expect(finding).toMatchObject({ kind: "gain", count: 40, value: { value: 0.75 } });
    expect(metrics).toMatchObject({ prompts: 40, ties: 0 });
  });

  it("that always says A decides nothing", async () => {
    const { finding, metrics } = await judged(() => "[[A]]", replies);
    expect(finding).toMatchObject({ value: { value: 0.5 } });
    expect(metrics.ties).toBe(40);
  });

  it("is not asked about equal replies", async () => {
    const { asked, metrics } = await judged(prefers("x"), [answered("same", "same", 0), answered("x", "y", 1)]);
    expect(asked).toHaveLength(2);
    expect(metrics.ties).toBe(1);
  });

  it("does not apply where none is configured, nor a reward model where there is none", async () => {
    expect((await judge(benchOf(replies, null))).finding).toEqual({ kind: "notApplicable", why: "NO_JUDGE" });
    const none = await rewardModel(benchOf(replies, null), null, { home: "", base: { sha256: "" } });
    expect(none.finding).toEqual({ kind: "notApplicable", why: "NO_REWARD_MODEL" });
  });
});

describe("length control", () => {
  it("on a judge that only likes length leaves nothing of a win rate", async () => {
    const longer = (asked: string) => {
      const [, a = "", b = ""] = /<reply A>\n(.*?)\n<\/reply A>.*<reply B>\n(.*?)\n<\/reply B>/s.exec(asked) ?? [];
      return a.length > b.length ? "[[A]]" : b.length > a.length ? "[[B]]" : "[[tie]]";
    };
    // Mostly longer than live, sometimes shorter.
    const many = Array.from({ length: 60 }, (_, i) => answered("y".repeat(i % 5 === 0 ? 14 : 30), "x".repeat(20), i));
    const { compared, finding } = await judged(longer, many);
    expect(finding).toMatchObject({ value: { value: 0.8 } });
    const controlled = lengthControlled(benchOf(many, null), { compared: compared!, counted: "prompts" });
    expect(controlled.finding).toMatchObject({ kind: "gain", count: 60 });
    expect(controlled.metrics.value!).toBeLessThan(0.7);
    expect(controlled.metrics["value/low"]!).toBeLessThan(0.5);
    expect(controlled.metrics.slope!).toBeGreaterThan(1);
  });
});
