// Ports that are promised to somebody who does not listen yet.
import { expect, test } from "vitest";
import { freePort } from "../../../server/free-port.ts";

test("a promised port is not given again", async () => {
  const promised: number[] = [];
  // The system draws from a few thousand: among so many draws some would be the same.
  for (let i = 0; i < 600; i++) promised.push(await freePort(promised));
  expect(new Set(promised).size).toBe(600);
});
