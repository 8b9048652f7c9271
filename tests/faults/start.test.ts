// A start that cannot succeed says why in a sentence with a code, and leaves everything as it found it.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../server/free-port.ts";
import { removeHome, spawnStart, startInstance, temporaryHome } from "../helpers/instance.ts";

let home: string;

beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => removeHome(home));

/** Starts and waits for the end. @returns exit status and everything it printed */
async function failedStart(env: Record<string, string>): Promise<{ status: number | null; output: string }> {
  const { child, output } = spawnStart({ HONE_HOME: home, PORT: String(await freePort()), ...env });
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { status, output: output() };
}

async function expectRefusal(env: Record<string, string>, code: string, sentence: RegExp): Promise<void> {
  const { status, output } = await failedStart(env);
  expect(output).toMatch(sentence);
  expect(output).toContain(`[${code}]`);
  expect(output).not.toMatch(/^\s+at /m); // a sentence, not a stack
  expect(status).toBe(1);
  expect(fs.existsSync(path.join(home, "hone.lock"))).toBe(false);
  expect(fs.existsSync(path.join(home, "postgres/data/postmaster.pid"))).toBe(false);
}

test("a bad setting is named", async () => {
  await expectRefusal({ PORT: "many" }, "BAD_SETTING", /PORT: "many" cannot be used/);
});

test("half a sign-in provider is named", async () => {
  await expectRefusal({ GITHUB_ID: "x" }, "BAD_SETTING", /GITHUB_SECRET: missing/);
});

test("a missing model is named", async () => {
  await expectRefusal({ HONE_MODEL: "/nowhere/m.gguf" }, "MODEL_MISSING", /\/nowhere\/m\.gguf/);
});

test("a file that is no model is named", async () => {
  await expectRefusal({ HONE_MODEL: "package.json" }, "MODEL_INVALID", /package\.json/);
});

test("a model cut short is named", async () => {
  const cut = path.join(home, "cut.gguf");
  fs.writeFileSync(cut, fs.readFileSync("models/starter.gguf").subarray(0, 1_000_000));
  await expectRefusal({ HONE_MODEL: cut }, "MODEL_INVALID", /cut\.gguf/);
});

test("a database that does not answer is named without its password", async () => {
  const url = "postgresql://someone:topsecret@127.0.0.1:1/hone";
  await expectRefusal({ DATABASE_URL: url }, "DATABASE_UNREACHABLE", /127\.0\.0\.1:1\/hone does not answer/);
  const { output } = await failedStart({ DATABASE_URL: url });
  expect(output).not.toContain("topsecret");
});

test("a taken port is named, with the way out", async () => {
  const other = net.createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as net.AddressInfo;
  await expectRefusal({ PORT: String(port) }, "PORT_TAKEN", new RegExp(`Port ${port}.*PORT=${port + 1}`));
  other.close();
});

test.skipIf(process.platform !== "linux" || process.getuid?.() !== 0)(
  "a full disk stops the start in words",
  async (context) => {
    const small = path.join(home, "small");
    fs.mkdirSync(small);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", small], { stdio: "ignore" });
    } catch {
      context.skip("this machine does not let us mount a small disk");
    }
    try {
      const { status, output } = await failedStart({ HONE_HOME: path.join(small, "home") });
      expect(output).toMatch(/\[DISK_FULL\]/);
      expect(output).toMatch(/Free some space/);
      expect(status).toBe(1);
    } finally {
      execFileSync("umount", [small]);
    }
  },
);

test("a second start on the same data is told where the first runs; the first goes on", async () => {
  const instance = await startInstance({ home });
  try {
    const { status, output } = await failedStart({});
    expect(output).toMatch(new RegExp(`already runs on .*open ${instance.url}`));
    expect(output).toContain("[ALREADY_RUNNING]");
    expect(status).toBe(1);
    const health = await fetch(`${instance.url}/api/health/ready`);
    expect(health.status).toBe(200);
  } finally {
    await instance.stop();
  }
  expect(fs.existsSync(path.join(home, "hone.lock"))).toBe(false);
  expect(fs.existsSync(path.join(home, "children.json"))).toBe(false);
});

test("of two starts in the same moment one comes up", async () => {
  const port = String(await freePort());
  const starts = [0, 1].map(() => spawnStart({ HONE_HOME: home, PORT: port }));
  const firstToEnd = await Promise.race(
    starts.map(({ child, output }) => new Promise<string>((resolve) => child.once("close", () => resolve(output())))),
  );
  expect(firstToEnd).toMatch(/already (starting|runs) on/);
  const survivor = starts.find(({ child }) => child.exitCode === null)!;
  await expect.poll(survivor.output, { timeout: 240_000 }).toMatch(/Ready/);
  const ended = new Promise((resolve) => survivor.child.once("close", resolve));
  survivor.child.kill("SIGINT");
  await ended;
});
