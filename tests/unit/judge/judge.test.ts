/** Judges: both orders, what their answers say, and the base model as its own judge. */

import { afterEach, describe, expect, it } from "vitest";
import { type AskPair, basePairJudge, endpointPairJudge, gradeReply, judgePair } from "../../../trainer/judge/judge.ts";
import { readChoice, readGrade } from "../../../trainer/judge/questions.ts";
import { BigramEngine } from "../../helpers/bigram-engine.ts";
import { type Answer, impatient, type OpenAiServer, startOpenAi } from "../../helpers/openai-server.ts";

const prompt = [{ role: "user" as const, content: "Which is larger, 2 or 3?" }];
let server: OpenAiServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** The replies as the judge was shown them. */
const shown = (content: string) => ({
  a: /<reply A>\n([\s\S]*?)\n<\/reply A>/.exec(content)![1]!,
  b: /<reply B>\n([\s\S]*?)\n<\/reply B>/.exec(content)![1]!,
});

async function judgedBy(answer: (a: string, b: string) => Answer) {
  server = await startOpenAi(({ body }) => {
    const { a, b } = shown(body.messages[1]!.content);
    return answer(a, b);
  });
  const ask = endpointPairJudge(server.endpoint, { patience: impatient() });
  return (first: string, second: string) => judgePair(ask, prompt, [first, second]);
}

describe("judgePair", () => {
  it("finds the better reply whichever comes first", async () => {
    const judge = await judgedBy((a, b) => (a.length > b.length ? "A is better. [[A]]" : "[[B]]"));
    expect(await judge("3, of course", "2")).toBe("first");
    expect(await judge("2", "3, of course")).toBe("second");
    expect(server!.asked).toHaveLength(4);
    expect(server!.asked.every(({ body }) => body.temperature === 0)).toBe(true);
  });

  it.each([
    ["always the first", () => "[[A]]"],
    ["always the second", () => "[[B]]"],
    ["a tie", () => "[[tie]]"],
    ["garbage", () => "As a language model I like both, A and B."],
    ["the first, or nothing", (a: string) => (a === "2" ? "[[A]]" : "")],
  ])("has no verdict from a judge that says %s", async (_, answer) => {
    const judge = await judgedBy(answer);
    expect(await judge("2", "3")).toBeNull();
    expect(await judge("3", "2")).toBeNull();
  });

  it("asks nobody about two equal replies", async () => {
    const ask: AskPair = () => Promise.reject(new Error("nobody is to be asked"));
    expect(await judgePair(ask, prompt, ["3", "3"])).toBeNull();
  });

  it("fails with the endpoint's sentence instead of taking silence for a verdict", async () => {
    const judge = await judgedBy(() => ({ status: 500 }));
    await expect(judge("2", "3")).rejects.toMatchObject({ code: "ENDPOINT_FAILED" });
  });
});

describe("answers", () => {
  it.each([
    ["[[A]]", "A"],
    ["First [[A]], but on reflection [[ b ]].", "B"],
    ["**B**", "B"],
    ["a", "A"],
    ["A better reply is the second one", null],
    ["[[A or B]]", null],
    ["", null],
  ])("%j says %j", (answer, choice) => {
    expect(readChoice(answer)).toBe(choice);
  });

  it.each([
    ["[[7]]", 0.7],
    ["Grade: [[10]]", 1],
    ["[[3]] or rather [[4.5]]", 0.45],
    ["8", 0.8],
    ["8/10", 0.8],
    ["[[11]]", null],
    ["[[-1]]", null],
    ["It earns 7 of 10 points", null],
    ["", null],
  ])("%j grades %j", (answer, grade) => {
    expect(readGrade(answer)).toBe(grade);
  });

  it("come back as grades of a reply", async () => {
    server = await startOpenAi(({ body }) => (body.messages[1]!.content.includes("3, I think") ? "[[9]]" : "hm"));
    const { endpoint } = server;
    expect(await gradeReply(endpoint, prompt, "3, I think")).toBe(0.9);
    expect(await gradeReply(endpoint, prompt, "2", { question: "Be strict." })).toBeNull();
    expect(server.asked[1]!.body.messages[0]!.content).toContain("Be strict.");
  });
});

describe("the base model as judge", () => {
  /** After token 1 the table prefers one of the two letters; the prompt's last token says which reply stood first. */
  const chat = {
    prompt: (messages: readonly { content: string }[]) => (shown(messages[1]!.content).a === "good" ? [1, 3] : [1, 4]),
    text: (letter: string) => (letter === "A" ? [5] : [6]),
  };

  it("prefers the letter that it would rather answer with", async () => {
    const engine = new BigramEngine();
    const letterAfter = async (last: number) => {
      const rows = [5, 6].map((letter) => ({ tokens: Int32Array.of(1, last, letter), targets: Int32Array.of(2) }));
      const [a, b] = (await engine.forward(rows, { adapter: null })).logProbs;
      return a![0]! > b![0]! ? "A" : "B";
    };
    const ask = basePairJudge(engine, chat);
    expect(await ask(prompt, "good", "bad")).toBe(await letterAfter(3));
    expect(await ask(prompt, "bad", "good")).toBe(await letterAfter(4));
  });

  it("says nothing about what is too long for its context", async () => {
    const long = { ...chat, prompt: () => new Array<number>(64).fill(1) };
    expect(await basePairJudge(new BigramEngine(), long)(prompt, "good", "bad")).toBeNull();
  });
});
