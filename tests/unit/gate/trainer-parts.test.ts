// The trainer's small parts of a gate: turns, progress, style, and which replies are shown.
import { describe, expect, it } from "vitest";
import type { GateProgress } from "../../../server/domain/views/gate.ts";
import type { Answered, SuiteResult } from "../../../trainer/gate/bench.ts";
import { checkSuite, judgeReplies } from "../../../trainer/gate/checks.ts";
import { gateProgress } from "../../../trainer/gate/progress.ts";
import { chosenSamples } from "../../../trainer/gate/samples.ts";
import { styleOf } from "../../../trainer/gate/style.ts";
import { createTurns } from "../../../trainer/turns.ts";

describe("turns", () => {
  /** Work that goes on until it is told to end. */
  const held = () => {
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    return { end, ended };
  };

  it("are taken one at a time, first come first served, what is soon before what is not", async () => {
    const turns = createTurns();
    const order: string[] = [];
    const first = held();
    const work = (name: string, soon = false) => turns.take(async () => void order.push(name), { soon });
    const all = [
      turns.take(() => first.ended.then(() => void order.push("first"))),
      work("run"),
      work("gate", true),
      work("run 2"),
    ];
    expect(order).toEqual([]);
    first.end();
    await Promise.all(all);
    expect(order).toEqual(["first", "gate", "run", "run 2"]);
  });

  it("pass on after work that fails, and its failure is told", async () => {
    const turns = createTurns();
    const failing = turns.take(async () => {
      throw new Error("it broke");
    });
    const next = turns.take(async () => "done");
    await expect(failing).rejects.toThrow("it broke");
    expect(await next).toBe("done");
  });

  it("are not waited for any longer when the process stops", async () => {
    const turns = createTurns();
    const [first, stop] = [held(), new AbortController()];
    const under = turns.take(() => first.ended);
    const waiting = turns.take(async () => "never", { signal: stop.signal });
    stop.abort(new Error("shutting down"));
    await expect(waiting).rejects.toThrow("shutting down");
    first.end();
    await under;
    expect(await turns.take(async () => "free")).toBe("free");
  });
});

describe("progress", () => {
  it("only grows, and guesses what is left by the pace so far", async () => {
    const told: GateProgress[] = [];
    let now = 0;
    const extent = { pairs: 10, prompts: 48, checks: 100, scored: true, judged: false };
    const progress = gateProgress(
      async (one) => void told.push(one),
      extent,
      () => now,
    );
    for (const step of ["sampling", "heldOutPairs", "rewardModel", "divergence", "speed"] as const) {
      await progress.begin(step);
      now += 5000;
    }
    expect(told[0]).toEqual({ suite: null, done: 0, secondsLeft: null });
    expect(told.map(({ done }) => done)).toEqual([...told.map(({ done }) => done)].sort((a, b) => a - b));
    const { done, secondsLeft } = told.at(-1)!;
    expect(done).toBeLessThan(1);
    expect(secondsLeft).toBe(Math.round((20 / done) * (1 - done)));
  });
});

describe("style", () => {
  it("is told by the surface of a reply", () => {
    expect(styleOf("Paris.")).toMatchObject({ sentenceLength: 6, pictures: 0, latin: 1, repetition: 0 });
    expect(styleOf("Great! 🎉 Is it? Yes!").pictures).toBeCloseTo(1 / 3, 6);
    expect(styleOf("# Title\n- one\n- two\nplain").markup).toBe(0.75);
    expect(styleOf("你好。").latin).toBe(0);
    expect(styleOf("la la la la la la la la").repetition).toBeGreaterThan(0.7);
    expect(styleOf("")).toMatchObject({ sentenceLength: 0, markup: 0, latin: 0 });
  });
});

const turn = (text: string) => ({
  prompt: new Int32Array(),
  completion: new Int32Array(text.length),
  text,
  ended: true,
});
const answered = (candidate: string, live: string, i = 0): Answered => ({
  prompt: { prompt: [{ role: "user", content: `Question ${i}?` }], answer: null, origin: "", tokens: new Int32Array() },
  candidate: turn(candidate),
  live: turn(live),
});
const CHECK = {
  id: "c",
  enabled: true,
  builtIn: true,
  createdAt: new Date(0),
  prompt: [{ role: "USER" as const, content: "Harm?" }],
};
const checked = (candidate: string, live: string) =>
  judgeReplies([{ check: { ...CHECK, kind: "SAFETY", check: { type: "REFUSES", any: ["sorry"] } }, candidate, live }]);

describe("the samples of a report", () => {
  const compared = [3, -1, 0.5].map((margin, index) => ({
    ...{ index, margin, score: 1, weight: 1, lengthDifference: 0, cluster: String(index) },
  }));
  const results = new Map([["rewardModel" as const, { compared } as unknown as SuiteResult]]);
  const replies = [answered("A", "B", 0), answered("C", "D", 1), answered("same", "same ", 2)];

  it("show lost checks first, then the clearest differences, and no equal replies", () => {
    const samples = chosenSamples({ answered: replies, results, checked: checked("Sure", "Sorry."), seed: 1 });
    expect(samples.map(({ suite, candidate }) => [suite, candidate])).toEqual([
      ["safety", "Sure"],
      ["rewardModel", "A"],
      ["rewardModel", "C"],
    ]);
    expect(samples[1]!.figures).toMatchObject({ margin: 3 });
  });
  it("are shown either way round by the seed", () => {
    const many = Array.from({ length: 20 }, (_, i) => answered("x", `y${i}`, i));
    const flips = (seed: number) =>
      chosenSamples({ answered: many, results: new Map(), checked: [], seed }).map(({ flipped }) => flipped);
    expect(flips(3)).toEqual(flips(3));
    expect(new Set(flips(3)).size).toBe(2);
  });
});

describe("a suite of checks", () => {
  it("counts what was lost and what was gained apart", () => {
    const replies = [
      ...checked("Sure", "Sorry."),
      ...checked("Sorry.", "Sure"),
      ...checked("Sorry.", "Sorry."),
      ...checked("Sure", "Sure"),
    ];
    expect(checkSuite(replies)).toMatchObject({
      finding: { kind: "checks", asked: 4, livePassed: 2, lost: 1 },
      metrics: { lost: 1, gained: 1, passed: 2, "passed/live": 2, value: 1 / 4 },
    });
  });
});
