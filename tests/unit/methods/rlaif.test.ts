/** RLAIF: only verdicts that survive the swap train, agreement with people is told, and nothing is judged twice. */

import { afterEach, describe, expect, it } from "vitest";
import type { PreferenceExample } from "../../../trainer/data/example.ts";
import { type JudgedPair, trainRlaif } from "../../../trainer/methods/rlaif.ts";
import { impatient, type OpenAiServer, startOpenAi } from "../../helpers/openai-server.ts";
import { memoryCache, rlaifRun } from "./sampled-runs.ts";

let server: OpenAiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A judge who answers for the two replies as shown. */
async function judge(prefer: (a: string, b: string) => "A" | "B" | "tie") {
  server = await startOpenAi(({ body }) => {
    const shown = (letter: string) =>
      new RegExp(`<reply ${letter}>\\n([\\s\\S]*?)\\n</reply ${letter}>`).exec(body.messages[1]!.content)![1]!;
    return `[[${prefer(shown("A"), shown("B"))}]]`;
  });
  return { judge: server.endpoint, patience: impatient() };
}
/** Prefers replies with a 3, and has no opinion where both or neither have one. */
const likes3 = (a: string, b: string) => {
  const [inA, inB] = [/\b3\b/.test(a), /\b3\b/.test(b)];
  return inA === inB ? "tie" : inA ? "A" : "B";
};

const human = (chosen: string, rejected: string): PreferenceExample => ({
  prompt: [{ role: "user", content: "1" }],
  chosen: { content: chosen, tokenIds: null },
  rejected: { content: rejected, tokenIds: null },
  weight: 1,
  origin: "a pair",
});

describe("trainRlaif", () => {
  it("learns what the judge prefers, hands its pairs over, and tells how consistent it was", async () => {
    const handed: JudgedPair[] = [];
    const onPairs = async (pairs: readonly JudgedPair[]) => void handed.push(...pairs);
    const said: string[] = [];
    const log = (sentence: string) => void said.push(sentence);
    const { run, steps } = rlaifRun({ ...(await judge(likes3)), onPairs, log }, { drafts: 4, epochs: 10 });
    await trainRlaif(run);
    expect(handed.length).toBeGreaterThan(10);
    expect(handed.every(({ chosen, rejected }) => /\b3\b/.test(chosen) && !/\b3\b/.test(rejected))).toBe(true);
    const { metrics } = steps[0]!;
    expect(metrics["judge/asked"]).toBe(server!.asked.length / 2);
    expect(metrics["judge/consistent"]).toBeCloseTo(handed.length / metrics["judge/asked"]!, 12);
    expect(metrics).not.toHaveProperty("judge/kappa");
    expect(steps.at(-1)!.metrics["rewards/accuracies"]).toBeGreaterThan(0.9);
    expect(said.at(-1)).toMatch(/^The judge compared \d+ pairs of drafts and was consistent on \d+\.$/);
  });

  it("learns nothing from a judge who always prefers the first reply", async () => {
    const { run, steps } = rlaifRun(await judge(() => "A"));
    await expect(trainRlaif(run)).rejects.toThrow(/no consistent verdict on \d+ comparisons/);
    expect(steps).toEqual([]);
  });

  it("tells Cohen's κ with people, whatever the order they are shown in", async () => {
    const agreeing = Array.from({ length: 10 }, (_, i) => human(`3 ${i + 20}`, `4 ${i + 20}`));
    const tools = await judge(likes3);
    const kappaWith = async (humanPairs: PreferenceExample[]) => {
      const { run, steps } = rlaifRun({ ...tools, humanPairs });
      await trainRlaif(run);
      return steps[0]!.metrics["judge/kappa"]!;
    };
    expect(await kappaWith(agreeing)).toBeCloseTo(1, 12);
    expect(
      await kappaWith(agreeing.map(({ chosen, rejected }) => human(rejected.content, chosen.content))),
    ).toBeCloseTo(-1, 12);
    const half = [0, 1, 2, 3].map((i) => (i < 2 ? human("3", "4") : human("4", "3")));
    expect(await kappaWith(half)).toBeCloseTo(0, 12);
  });

  it("mixes people's pairs in only where it is told to", async () => {
    const humanPairs = Array.from({ length: 8 }, () => human("3", "4"));
    const tools = await judge(likes3);
    const apart = rlaifRun({ ...tools, humanPairs });
    await trainRlaif(apart.run);
    const mixed = rlaifRun({ ...tools, humanPairs }, { mixHumanPairs: true });
    await trainRlaif(mixed.run);
    expect(mixed.steps[0]!.totalSteps - apart.steps[0]!.totalSteps).toBe(6);
  });

  it("judges once: a run resumed at any step trains on the very same pairs", async () => {
    const tools = await judge(likes3);
    const gatherCache = memoryCache();
    const whole = rlaifRun({ ...tools, gatherCache });
    const expected = await trainRlaif(whole.run);
    const asked = server!.asked.length;
    const rest = rlaifRun({ ...tools, gatherCache, resume: whole.checkpoints[1]! });
    expect(await trainRlaif(rest.run)).toEqual(expected);
    expect(server!.asked).toHaveLength(asked);
    expect(await trainRlaif(rlaifRun(tools).run)).toEqual(expected);
  });

  it("lets the base model judge where it is told to, and refuses without a judge otherwise", async () => {
    await expect(trainRlaif(rlaifRun().run)).rejects.toMatchObject({ code: "ENDPOINT_MISSING" });
    const chat = {
      // The judge's prompt ends in the first token of what stands at A, so the two orders differ.
      prompt: (messages: readonly { content: string }[]) => [
        1,
        Number(/<reply A>\n(\d*)/.exec(messages.at(-1)!.content)?.[1] || 1),
      ],
      replies: () => [],
      text: (text: string) => (text === "A" ? [5] : [6]),
      endOfTurn: 0,
    };
    const { run, steps } = rlaifRun({ chat }, { judge: "base", drafts: 4 });
    await trainRlaif(run);
    expect(steps[0]!.metrics["judge/consistent"]).toBeGreaterThan(0);
    expect(steps[0]!.metrics["judge/consistent"]).toBeLessThan(1);
  });
});
