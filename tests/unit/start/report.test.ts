// Every failure of a start becomes a sentence with a code, whatever was thrown.
import { expect, test } from "vitest";
import { explain, StartError } from "../../../scripts/start/report.mjs";
import { EnvError, parseEnv } from "../../../server/env.ts";

test("a full disk is recognised wherever it happened", () => {
  const write = Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    errno: -28,
    path: "/data/x",
  });
  expect(explain(write)).toMatchObject({ code: "DISK_FULL", message: expect.stringContaining("/data/x") });
  expect(explain(new Error("initdb: error: could not create file: No space left on device"))).toMatchObject({
    code: "DISK_FULL",
  });
});

test("a folder that may not be written names itself and the way out", () => {
  const denied = Object.assign(new Error("EACCES"), { code: "EACCES", errno: -13, path: "/root/.hone" });
  expect(explain(denied)).toMatchObject({
    code: "NO_PERMISSION",
    message: expect.stringMatching(/\/root\/\.hone.*HONE_HOME/),
  });
});

test("errors written for people pass as they are", () => {
  const own = new StartError("PORT_TAKEN", "Port 1 is taken.");
  expect(explain(own)).toBe(own);
  let bad: unknown;
  try {
    parseEnv({ PORT: "many" });
  } catch (error) {
    bad = error;
  }
  expect(bad).toBeInstanceOf(EnvError);
  expect(explain(bad)).toMatchObject({ code: "BAD_SETTING", message: expect.stringContaining("PORT") });
});

test("anything else is called unforeseen and keeps its cause", () => {
  const bug = new TypeError("x is not a function");
  expect(explain(bug)).toMatchObject({ code: "UNEXPECTED", cause: bug });
  const missing = Object.assign(new Error("Cannot find module"), { code: "ERR_MODULE_NOT_FOUND" });
  expect(explain(missing).code).toBe("UNEXPECTED");
  expect(explain("text")).toMatchObject({ code: "UNEXPECTED", message: expect.stringContaining("text") });
});
