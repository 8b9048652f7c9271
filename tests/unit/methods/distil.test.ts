/** Distillation: the teacher's replies are what is imitated, asked for once, in the prompts' order. */

import { afterEach, describe, expect, it } from "vitest";
import { trainDistil } from "../../../trainer/methods/distil.ts";
import { bigramPrompts } from "../../helpers/bigram-rollouts.ts";
import { type Answer, type Asked, impatient, type OpenAiServer, startOpenAi } from "../../helpers/openai-server.ts";
import { distilRun, memoryCache } from "./sampled-runs.ts";

let server: OpenAiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});
async function teacher(answer: (asked: Asked, number: number) => Answer) {
  server = await startOpenAi(answer);
  return { teacher: server.endpoint, patience: impatient() };
}

describe("trainDistil", () => {
  it("learns to say what the teacher says", async () => {
    const { run, steps } = distilRun(await teacher(() => "3 7"), { epochs: 20 });
    await trainDistil(run);
    expect(steps.at(-1)!.metrics.loss).toBeLessThan(0.5 * steps[0]!.metrics.loss!);
    expect(server!.asked).toHaveLength(20);
    expect(server!.mostAtOnce()).toBeLessThanOrEqual(8);
    const [{ body }] = server!.asked as [Asked];
    expect(body).toMatchObject({ temperature: 0.7, max_tokens: 6, messages: [{ role: "user" }] });
  });

  it("asks once: a run resumed at any step trains on the very same replies", async () => {
    const tools = await teacher(({ body }) => `${body.seed! % 11} 3`);
    const gatherCache = memoryCache();
    const whole = distilRun({ ...tools, gatherCache });
    const expected = await trainDistil(whole.run);
    const rest = distilRun({ ...tools, gatherCache, resume: whole.checkpoints[1]! });
    expect(await trainDistil(rest.run)).toEqual(expected);
    expect(server!.asked).toHaveLength(20);
    expect(await trainDistil(distilRun(tools).run)).toEqual(expected);
  });

  it("leaves empty and over-long replies out, and says how many", async () => {
    const tools = await teacher((_, number) => (number === 1 ? "  " : number === 2 ? "3 ".repeat(70).trim() : "3"));
    const said: string[] = [];
    const { run, steps } = distilRun({ ...tools, log: (sentence) => void said.push(sentence) });
    await trainDistil(run);
    expect(said.at(-1)).toBe("2 replies of the teacher were empty or too long and are left out.");
    expect(steps[0]!.totalSteps).toBe(15);
    const strict = distilRun(tools, { overLong: "error", maxLength: 3 });
    await expect(trainDistil(strict.run)).rejects.toThrow(/prompt \d+: with the teacher's reply it is \d+ tokens long/);
  });

  it("does not teach to end where the teacher was cut off", async () => {
    const prompts = bigramPrompts(4);
    const cut = distilRun({ ...(await teacher(() => ({ text: "3", finish: "length" }))), prompts });
    await trainDistil(cut.run);
    await server!.close();
    const whole = distilRun({ ...(await teacher(() => "3")), prompts });
    await trainDistil(whole.run);
    expect(whole.steps[0]!.metrics.tokens! - cut.steps[0]!.metrics.tokens!).toBe(4);
  });

  it("refuses without a teacher, and fails with the teacher's sentence", async () => {
    await expect(trainDistil(distilRun({}).run)).rejects.toMatchObject({ code: "ENDPOINT_MISSING" });
    const broken = distilRun(await teacher(() => ({ status: 400, body: "no such model" })));
    await expect(trainDistil(broken.run)).rejects.toThrow("answered with HTTP status 400: no such model.");
  });
});
