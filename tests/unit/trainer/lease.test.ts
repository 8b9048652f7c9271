/** A worker's hold on a Run: what each answer means, and when silence means that the run is lost. */

import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HoldAnswer } from "../../../server/domain/run.ts";
import { AppError } from "../../../server/errors.ts";
import { EngineError } from "../../../trainer/engine/contract.ts";
import { TrainerError } from "../../../trainer/errors.ts";
import { BudgetSpent, failureOf, holdLease, LeaseLost, RunCancelled } from "../../../trainer/lease.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const options = (beat: () => Promise<HoldAnswer>) => ({
  beat,
  everyMs: 1000,
  leaseMs: 5000,
  now: () => Date.now(),
});

describe("holdLease", () => {
  it("beats regularly while all is well, until released", async () => {
    const beat = vi.fn(async (): Promise<HoldAnswer> => "ok");
    const lease = holdLease(options(beat));
    await vi.advanceTimersByTimeAsync(20_500);
    expect(beat).toHaveBeenCalledTimes(20);
    expect(lease.signal.aborted).toBe(false);
    lease.release();
    await vi.advanceTimersByTimeAsync(5000);
    expect(beat).toHaveBeenCalledTimes(20);
  });

  it.each([
    ["cancelled", RunCancelled],
    ["spent", BudgetSpent],
    ["lost", LeaseLost],
  ] as const)("aborts when a heartbeat is answered %s, and beats no more", async (answer, reason) => {
    const beat = vi.fn(async (): Promise<HoldAnswer> => answer);
    const lease = holdLease(options(beat));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(lease.signal.reason).toBeInstanceOf(reason);
    expect(beat).toHaveBeenCalledTimes(1);
  });

  it("takes the answers of other writes as its own", () => {
    const lease = holdLease(options(async () => "ok"));
    lease.heard("ok");
    expect(lease.signal.aborted).toBe(false);
    lease.heard("cancelled");
    expect(lease.signal.reason).toBeInstanceOf(RunCancelled);
    lease.release();
  });

  it("outlives a short silence of the database", async () => {
    let calls = 0;
    const lease = holdLease(
      options(async () => {
        if (++calls % 4 !== 0) throw new Error("connection refused");
        return "ok";
      }),
    );
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lease.signal.aborted).toBe(false);
    lease.release();
  });

  it("counts a run as lost when nobody answered for as long as the lease lasts", async () => {
    const lease = holdLease(
      options(async () => {
        throw new Error("connection refused");
      }),
    );
    await vi.advanceTimersByTimeAsync(4900);
    expect(lease.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLost);
  });

  it("counts a run as lost when the database neither answers nor hangs up", async () => {
    const lease = holdLease(options(() => new Promise(() => {})));
    await vi.advanceTimersByTimeAsync(4900);
    expect(lease.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(lease.signal.reason).toBeInstanceOf(LeaseLost);
  });

  it("takes an answer that lay ready behind a long native call", async () => {
    let time = 0;
    let answer = (_: HoldAnswer) => {};
    const beat = () => new Promise<HoldAnswer>((resolve) => (answer = resolve));
    const lease = holdLease({ ...options(beat), now: () => time });
    await vi.advanceTimersByTimeAsync(1000); // it beats
    time = 6000; // and nothing of this process ran for longer than its lease
    await vi.advanceTimersByTimeAsync(1000);
    answer("ok");
    await vi.advanceTimersByTimeAsync(500);
    time = 6500;
    await vi.advanceTimersByTimeAsync(1000);
    expect(lease.signal.aborted).toBe(false);
    lease.release();
  });

  it("never has two heartbeats under way", async () => {
    let underWay = 0;
    let most = 0;
    const lease = holdLease(
      options(async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setTimeout(resolve, 3500));
        underWay--;
        return "ok";
      }),
    );
    await vi.advanceTimersByTimeAsync(30_000);
    expect(most).toBe(1);
    lease.release();
  });
});

/** What the system says of a disk without room; made by hand where it has no device for it. */
function realFullDisk(): unknown {
  if (!existsSync("/dev/full")) return Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC" });
  try {
    writeFileSync("/dev/full", "a checkpoint");
  } catch (error) {
    return error;
  }
  return null;
}

describe("failureOf", () => {
  it("passes expected failures on with their code and sentence", () => {
    const expected = new TrainerError("NO_EXAMPLES", "There are no pairs to train on.");
    expect(failureOf(expected)).toEqual({ errorCode: "NO_EXAMPLES", error: "There are no pairs to train on." });
    expect(failureOf(new EngineError("Rank 0."))).toEqual({ errorCode: "ENGINE_REFUSED", error: "Rank 0." });
  });

  it("says of a full disk that it is full, wherever that showed", () => {
    expect(failureOf(realFullDisk())).toMatchObject({
      errorCode: "DISK_FULL",
      error: expect.stringMatching(/free some space/),
    });
    const ofPostgres = new Error('could not extend file "base/5/1": No space left on device');
    const wrapped = new Error("the checkpoint could not be written", { cause: ofPostgres });
    expect(failureOf(wrapped).errorCode).toBe("DISK_FULL");
    // Said by whoever wrote the data, and quoted.
    const quoted = new AppError("BAD_DATA", 'Line 3: "no space left on device" is no number.');
    expect(failureOf(new Error(quoted.message, { cause: quoted }))).toMatchObject({ errorCode: "BAD_DATA" });
    expect(failureOf(new Error("no space in this name")).errorCode).toBe("INTERNAL");
  });

  it("keeps the insides of unexpected ones out of sight", () => {
    const { errorCode, error } = failureOf(new TypeError("cannot read properties of undefined"));
    expect(errorCode).toBe("INTERNAL");
    expect(error).not.toContain("undefined");
    expect(failureOf("a string").errorCode).toBe("INTERNAL");
  });
});
