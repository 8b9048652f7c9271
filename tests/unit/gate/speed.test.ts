// The suite of speed on a clock of its own: what it tells apart, and what it does not let itself be told.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { judgeSuite } from "../../../server/domain/gate/verdict.ts";
import { gatePolicySchema } from "../../../server/domain/views/gate.ts";
import type { AdapterWeights } from "../../../trainer/engine/contract.ts";
import type { Bench } from "../../../trainer/gate/bench.ts";
import { speed } from "../../../trainer/gate/speed.ts";
import type { Rollouts } from "../../../trainer/rollout/contract.ts";

let now = 0;
beforeEach(() => void vi.spyOn(performance, "now").mockImplementation(() => now));
afterEach(() => void vi.restoreAllMocks());

interface Speaker {
  /** Milliseconds for each token, and for the prompts of a sample that were not read before. */
  perToken: number;
  perPrompt?: number;
  /** Tokens of its reply to a prompt. */
  says: (prompt: number) => number;
}

const weights = (name: string) => ({ name }) as unknown as AdapterWeights;
const policy = gatePolicySchema.parse({});

/** Two contestants on a machine that takes `extra` times as long for the samples of these numbers. */
async function race(own: Speaker, other: Speaker, extra: (sample: number) => number = () => 1) {
  const speakers = new Map([
    ["candidate", own],
    ["live", other],
  ]);
  let speaking = "";
  let read = false;
  let samples = 0;
  const rollouts: Rollouts = {
    use: async (given) => {
      const { name } = given as unknown as { name: string };
      if (name !== speaking) read = false;
      speaking = name;
    },
    sample: async (prompts, { maxTokens }) => {
      const { perToken, perPrompt = 0, says } = speakers.get(speaking)!;
      const lengths = prompts.map(({ tokens }) => Math.min(maxTokens, says(tokens[0]!)));
      const work =
        lengths.reduce((sum, length) => sum + length * perToken, 0) + (read ? 0 : perPrompt * prompts.length);
      now += work * extra(samples++);
      read = true;
      return lengths.map((length) => [
        { prompt: new Int32Array(9), completion: new Int32Array(length), text: "", ended: true },
      ]);
    },
    close: async () => {},
  };
  const answered = Array.from({ length: 20 }, (_, i) => ({ prompt: { tokens: Int32Array.of(i) } }));
  const arms = {
    candidate: { name: "candidate", weights: weights("candidate") },
    live: { name: "live", weights: weights("live") },
  };
  const bench = { ...arms, answered, rollouts, policy, seed: 1, signal: new AbortController().signal };
  const { finding, metrics } = await speed(bench as unknown as Bench);
  return { status: judgeSuite("speed", finding, policy).status, metrics };
}

const brief = (prompt: number) => 3 + (prompt % 4);
const wordy = (prompt: number) => 30 + (prompt % 9);

describe("a candidate's speed", () => {
  it("is not that of whoever says little, nor of whoever says much", async () => {
    const costs = { perToken: 10, perPrompt: 200 };
    for (const [own, other] of [
      [brief, wordy],
      [wordy, brief],
    ] as const) {
      const { status, metrics } = await race({ ...costs, says: own }, { ...costs, says: other });
      expect(metrics.value!).toBeCloseTo(1, 9);
      expect(metrics["value/low"]!).toBeCloseTo(1, 9);
      expect(status).toBe("PASSED");
    }
  });

  it("is refused where each token takes twice as long", async () => {
    const { status, metrics } = await race({ perToken: 20, says: brief }, { perToken: 10, says: wordy });
    expect(metrics).toMatchObject({ rounds: 18 });
    expect(metrics.value!).toBeCloseTo(0.5, 9);
    expect(status).toBe("FAILED");
  });

  it("is not refused because the machine was busy whenever it spoke but once", async () => {
    // Two samples are the trial, then each turn reads and speaks; candidate and live change places from round to round.
    const turnOf = (sample: number) => Math.floor((sample - 2) / 2);
    const isCandidate = (turn: number) => turn % 4 === 0 || turn % 4 === 3;
    const busy = (sample: number) => (sample >= 2 && isCandidate(turnOf(sample)) && turnOf(sample) !== 20 ? 3 : 1);
    const { status, metrics } = await race({ perToken: 10, says: wordy }, { perToken: 10, says: wordy }, busy);
    expect(metrics.rounds!).toBeGreaterThan(6);
    expect(metrics.value!).toBeCloseTo(1, 9);
    expect(status).toBe("PASSED");
  });
});
