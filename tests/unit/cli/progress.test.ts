/** What a run shows of itself: JSON for programs, a bar for a terminal, a line now and then for a log. */

import { describe, expect, it } from "vitest";
import { duration, jsonReporter, type Output, textReporter } from "../../../trainer/cli/progress.ts";

function recorder(isTTY = false, columns = 100): Output & { text: string } {
  return {
    text: "",
    isTTY,
    columns,
    write(text: string) {
      this.text += text;
    },
  };
}
const report = (step: number) => ({
  step,
  totalSteps: 10,
  metrics: { loss: 0.5, "rewards/margins": 0.25, "rewards/accuracies": 0.75 },
});

describe("jsonReporter", () => {
  it("writes one object per step, and notes elsewhere", () => {
    const [out, err] = [recorder(), recorder()];
    const reporter = jsonReporter({ out, err });
    reporter.note("Going on after step 0.");
    reporter.step(report(1));
    reporter.done({ sha256: "ab" });
    const lines = out.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toEqual([
      { type: "step", step: 1, totalSteps: 10, ...report(1).metrics },
      { type: "done", sha256: "ab" },
    ]);
    expect(err.text).toBe("Going on after step 0.\n");
  });
});

describe("textReporter", () => {
  it("draws a bar with the time left on a terminal, within its width, and clears it", () => {
    const [out, err] = [recorder(), recorder(true, 60)];
    let clock = 0;
    const reporter = textReporter({ out, err, now: () => clock });
    reporter.step(report(4));
    expect(err.text).not.toContain("left");
    clock = 2000;
    err.text = "";
    reporter.step(report(5));
    expect(err.text).toContain("5/10 · loss 0.5000");
    expect(err.text.replace("\r\x1b[K", "").length).toBeLessThan(60);
    err.columns = 120;
    clock = 4000;
    err.text = "";
    reporter.step(report(6));
    expect(err.text).toContain("████████");
    expect(err.text).toContain("margin 0.250 · accuracy 75 % · 8 s left");
    err.text = "";
    reporter.done({ sha256: "ab" });
    expect(err.text).toBe("\r\x1b[K");
    expect(out.text).toBe("sha256:    ab\n");
  });

  it("writes a line every few seconds and the last one where there is no terminal", () => {
    const [out, err] = [recorder(), recorder()];
    let clock = 0;
    const reporter = textReporter({ out, err, now: () => clock });
    for (let step = 1; step <= 10; step++) {
      reporter.step(report(step));
      clock += 2000;
    }
    const steps = err.text
      .trimEnd()
      .split("\n")
      .map((line) => line.split("/")[0]);
    expect(steps).toEqual(["1", "4", "7", "10"]);
  });

  it("shows replies from before and after with every line under the first", () => {
    const [out, err] = [recorder(), recorder()];
    textReporter({ out, err }).samples([{ prompt: "Hi", before: "What?\nNo.", after: "Hello!" }]);
    expect(out.text).toBe("> Hi\n  before: What?\n          No.\n  after:  Hello!\n\n");
  });

  it.each([
    [{ reward: 0.5, kl: 0.01, loss: 0.1 }, "loss 0.1000 · reward 0.500 · KL 0.0100"],
    [
      { "objective/scores": 1.25, kl_per_token: 0.002, eos_rate: 0.75 },
      "score 1.250 · KL 0.0020 per token · ended 75 %",
    ],
    [{ loss: 0.6, accuracy: 0.9, margin: 1 }, "loss 0.6000 · accuracy 90 %"],
  ])("shows what its method reports (%j)", (metrics, text) => {
    const [out, err] = [recorder(), recorder()];
    textReporter({ out, err }).step({ step: 2, totalSteps: 2, metrics });
    expect(err.text).toBe(`2/2 · ${text}\n`);
  });

  it("writes SFT's figures without a margin", () => {
    const [out, err] = [recorder(), recorder()];
    textReporter({ out, err }).step({ step: 1, totalSteps: 2, metrics: { loss: 1.5 } });
    expect(err.text).toBe("1/2 · loss 1.5000\n");
  });
});

describe("duration", () => {
  it.each([
    [6.6, "7 s"],
    [59.6, "1 min 00 s"],
    [125, "2 min 05 s"],
    [11_220, "3 h 07 min"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
