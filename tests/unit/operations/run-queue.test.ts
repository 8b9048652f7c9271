// A run that waits for its turn is not told of as what the trainer does.
import { expect, test } from "vitest";
import { doing } from "../../../server/work.ts";
import { takeRun } from "../../../trainer/run-queue.ts";
import { createTurns } from "../../../trainer/turns.ts";

test("a run is being worked on when it has its turn, and not before", async () => {
  const turns = createTurns();
  let finish = () => {};
  const before = turns.take(() => new Promise<void>((resolve) => (finish = resolve)), { soon: true });
  const said: string[] = [];
  const work = async () => void said.push(doing());
  const run = takeRun(turns, { runId: "1" }, { work, signal: new AbortController().signal });
  await new Promise((resolve) => setImmediate(resolve));
  expect([doing(), said]).toEqual(["idle", []]);
  finish();
  await Promise.all([before, run]);
  expect([doing(), said]).toEqual(["idle", ["run:1"]]);
});
