// Long work gives others their turn, and gives the same result whether it does or not.
import { expect, test } from "vitest";
import { finish, inTurns, type Steps } from "../../../server/domain/breathe.ts";

function* working(steps: number): Steps<number> {
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const began = performance.now();
    while (performance.now() - began < 10);
    sum += step;
    yield;
  }
  return sum;
}

test("work of 300 ms in steps of 10 lets others in while it goes on", async () => {
  let turns = 0;
  let over = false;
  const count = () => {
    if (over) return;
    turns++;
    setImmediate(count);
  };
  setImmediate(count);
  const result = await inTurns(working(30));
  over = true;
  expect(result).toBe(finish(working(30)));
  expect(turns).toBeGreaterThanOrEqual(5);
});
