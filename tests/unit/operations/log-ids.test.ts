// Every log line of a call or of a run names it, in whatever it calls and leaves behind.
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { currentIds, requestIdOf, withIds } from "../../../server/log-ids.ts";
import { inRequest } from "../../../server/request-scope.ts";
import { traceContext } from "../../../server/trace.ts";
import { doing, inWork } from "../../../server/work.ts";

test("ids reach what runs later and beside, and no other call", async () => {
  const seen: object[] = [];
  const call = (requestId: string) =>
    withIds({ requestId }, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await withIds({ runId: `run-${requestId}` }, async () => void seen.push(currentIds()));
      queueMicrotask(() => seen.push(currentIds()));
    });
  await Promise.all([call("a"), call("b")]);
  expect(seen).toHaveLength(4);
  expect(seen).toContainEqual({ requestId: "a", runId: "run-a" });
  expect(seen).toContainEqual({ requestId: "b" });
  expect(currentIds()).toEqual({});
});

test("a log line bears the ids, and leaves secrets out", () => {
  const program = `
    import { logger } from "./server/log.ts";
    import { withIds } from "./server/log-ids.ts";
    withIds({ requestId: "r-1", runId: "run-1" }, () => logger("part").warn({ password: "p", step: 3 }, "said"));`;
  const { stderr } = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    encoding: "utf8",
    env: { ...process.env, LOG_LEVEL: "info", NODE_NO_WARNINGS: "1" },
  });
  expect(JSON.parse(stderr)).toMatchObject({
    ...{ requestId: "r-1", runId: "run-1", part: "part", step: 3, msg: "said" },
    password: "(left out)",
  });
});

test("a caller's id is taken over when it is one, and made otherwise; the answer bears it", async () => {
  const ask = (said?: string) =>
    inRequest(
      new Request("http://localhost/api/x", { headers: said === undefined ? {} : { "x-request-id": said } }),
      "test",
      async () => Response.json(currentIds()),
    );
  const answer = await ask("abc-123");
  expect(answer.headers.get("x-request-id")).toBe("abc-123");
  expect(await answer.json()).toEqual({ requestId: "abc-123" });
  for (const bad of [undefined, "a b", "x".repeat(101), '{"evil":1}'])
    expect((await ask(bad)).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(requestIdOf("")).toMatch(/^[0-9a-f-]{36}$/);
});

test("a process says what it is doing, and idle when it failed", async () => {
  expect(doing()).toBe("idle");
  const failing = inWork({ kind: "run", id: "1" }, async () => {
    expect(doing()).toBe("run:1");
    expect(currentIds()).toEqual({ runId: "1" });
    throw new Error("failed");
  });
  await expect(failing).rejects.toThrow("failed");
  expect(doing()).toBe("idle");
  expect(traceContext()).toBeUndefined();
});
