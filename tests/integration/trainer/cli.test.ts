/** The command line end to end on tiny random models: what it writes, that it repeats itself, resumes, and refuses. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPeft } from "../../../server/gguf/peft.ts";
import { value, writeGguf } from "../../../server/gguf/writer.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { type TinyModel, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Ended, readJson, startTrain, train, writePairs } from "./command.ts";

let folder: string;
let base: TinyModel;
let data: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-cli-"));
  base = writeTinyModel(join(folder, "tiny.gguf"));
  data = writePairs(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
/** 12 steps: 4 epochs of 3. */
const dpo = (out: string, ...more: string[]) => [
  ...["dpo", "--base", base.path, "--data", data, "--out", at(out), "--json", "--threads", "1"],
  ...["--config", "epochs=4", "--config", "batchSize=4", "--config", "rank=4", "--config", "learningRate=0.01"],
  ...["--config", "checkpointEvery=2", ...more],
];
const steps = ({ lines }: Ended) => lines.filter((line) => line.type === "step");
const metricsOf = (out: string) =>
  readFileSync(join(at(out), "metrics.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const adapterHash = (out: string) => sha256OfFile(join(at(out), "adapter.gguf"));

describe("npm run train -- dpo", () => {
  it("writes the adapter in both layouts, the figures of every step, and all that is needed to do it again", async () => {
    const ended = await train(...dpo("whole"));
    expect(ended).toMatchObject({ code: 0 });
    expect(steps(ended).map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(Math.abs((steps(ended)[0]!.loss as number) - Math.LN2)).toBeLessThan(1e-6);
    expect(steps(ended).at(-1)!.loss).toBeLessThan(0.6);
    expect(readdirSync(at("whole")).sort()).toEqual(
      ["adapter.gguf", "adapter_config.json", "adapter_model.safetensors", "metrics.jsonl", "run.json"].sort(),
    );
    const record = readJson(at("whole"), "run.json");
    expect(record).toMatchObject({
      method: "DPO",
      seed: 1,
      steps: 12,
      base: { name: "tiny", sha256: base.sha256 },
      data: { file: "pairs.jsonl", sha256: await sha256OfFile(data), examples: 12, dropped: 0 },
      config: { rank: 4, beta: 0.1, epochs: 4 },
      made: { file: "adapter.gguf", sha256: await adapterHash("whole") },
    });
    expect(ended.lines.at(-1)).toMatchObject({ type: "done", sha256: record.made.sha256, steps: 12 });
    const logged = readFileSync(join(at("whole"), "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    expect(logged.map((line) => JSON.parse(line).loss)).toEqual(steps(ended).map(({ loss }) => loss));
    expect((await readPeft(at("whole"), base.config)).tensors).toHaveLength(2 * 7 * 2);
  });

  it("makes the same adapter for the same seed and another for another", async () => {
    await Promise.all([train(...dpo("again")), train(...dpo("other", "--seed", "2"))]);
    expect(await adapterHash("again")).toBe(await adapterHash("whole"));
    expect(await adapterHash("other")).not.toBe(await adapterHash("whole"));
  });

  it("makes the same adapter when it is killed in the middle of a step and resumed", async () => {
    const running = startTrain(dpo("killed"), (line) => {
      // The line comes when step 7 is over, so the signal meets a later step at work.
      if (line.includes('"step":7,')) running.child.kill("SIGKILL");
    });
    expect((await running.ended).code).toBeNull();
    expect(existsSync(join(at("killed"), "adapter.gguf"))).toBe(false);

    const refused = await train(...dpo("killed"));
    expect(refused.code).toBe(2);
    expect(refused.err).toContain("holds an unfinished run; add --resume to go on with it, or --overwrite");

    const resumed = await train(...dpo("killed", "--resume"));
    expect(resumed.code).toBe(0);
    expect(resumed.err).toMatch(/Going on after step (6|8|10)\./);
    expect(await adapterHash("killed")).toBe(await adapterHash("whole"));
    expect(readFileSync(join(at("killed"), "metrics.jsonl"))).toEqual(readFileSync(join(at("whole"), "metrics.jsonl")));
    expect(existsSync(join(at("killed"), ".unfinished"))).toBe(false);

    const again = await train(...dpo("killed"));
    expect(again.code).toBe(2);
    expect(again.err).toContain("holds a finished adapter; choose another folder, or add --overwrite");
  });

  it("ends after the step under way at Ctrl-C, with a resume point for the same settings only", async () => {
    const running = startTrain(dpo("paused", "--config", "checkpointEvery=1000"), (line) => {
      if (line.includes('"step":3,')) running.child.kill("SIGINT");
    });
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(ended.err).toContain("Interrupted; add --resume to go on.");
    const done = steps(ended).length;
    const changed = await train(...dpo("paused", "--resume", "--config", "beta=0.2"));
    expect(changed.code).toBe(2);
    expect(changed.err).toContain("belongs to a run with another base, data, settings or seed");
    const resumed = await train(...dpo("paused", "--resume"));
    expect(resumed.err).toContain(`Going on after step ${done}.`);
    expect(await adapterHash("paused")).toBe(await adapterHash("whole"));
  });

  it("goes on from an adapter, whose frozen copy is then the reference", async () => {
    const ended = await train(...dpo("second", "--from", join(at("whole"), "adapter.gguf")));
    expect(ended.code).toBe(0);
    expect(Math.abs((steps(ended)[0]!.loss as number) - Math.LN2)).toBeLessThan(1e-6);
    // It starts where the first run ended, not at the base.
    const [first, second] = [metricsOf("whole"), metricsOf("second")];
    expect(second[0]["logps/rejected"]).toBeLessThan(first[0]["logps/rejected"] - 1);
    expect(readJson(at("second"), "run.json").from).toBe(await adapterHash("whole"));
  });
});

describe("npm run train -- sft", () => {
  it("lowers the loss on a few dialogues", async () => {
    const dialogues = at("dialogues.jsonl");
    const lines = ["Hello", "the fox", "weather"].map((text) =>
      JSON.stringify({
        messages: [
          { role: "user", content: text },
          { role: "assistant", content: `${text} is fine, thank you.` },
        ],
      }),
    );
    writeFileSync(dialogues, lines.join("\n"));
    const more = ["--config", "epochs=20", "--config", "learningRate=0.01", "--json", "--threads", "1"];
    const ended = await train("sft", "--base", base.path, "--data", dialogues, "--out", at("sft"), ...more);
    expect(ended.code).toBe(0);
    const losses = steps(ended).map(({ loss }) => loss as number);
    expect(losses.at(-1)).toBeLessThan(0.3 * losses[0]!);
  });
});

describe("bad input", () => {
  const run = (...change: string[]) => train("dpo", "--base", base.path, "--out", at("bad"), ...change);
  const badLine = () => {
    writeFileSync(at("bad.jsonl"), `${readFileSync(data, "utf8").split("\n")[0]}\n{"prompt": "Hi", "chosen": }\n`);
    return at("bad.jsonl");
  };
  const otherKind = () =>
    writeGguf(at("gemma.gguf"), new Map([["general.architecture", value("string", "gemma2")]]), []).path;

  it.each<[string, () => string[], RegExp]>([
    [
      "a missing data file",
      () => ["--data", at("none.jsonl")],
      /^train: Cannot read .*none\.jsonl: there is no such file\.\n$/,
    ],
    ["a missing base", () => ["--data", data, "--base", at("none.gguf")], /^train: Cannot open .*none\.gguf: .*\n$/],
    ["a bad line", () => ["--data", badLine()], /^train: .*bad\.jsonl, line 2: not valid JSON \(.*\)\.\n$/],
    [
      "another architecture",
      () => ["--data", data, "--base", otherKind()],
      /^train: .*has architecture "gemma2"; .*\n$/,
    ],
    [
      "an over-long pair",
      () => ["--data", data, "--config", "maxLength=20"],
      /^train: The pair at line \d+ is \d+ tokens long, at most 20 are allowed; .*\n$/,
    ],
    [
      "an unknown setting",
      () => ["--data", data, "--config", "bta=1"],
      /^train: There is no setting "bta" .*did you mean beta\?\n$/,
    ],
  ])("%s: one sentence, exit code 2, nothing written", async (_, args, sentence) => {
    const { code, err, out } = await run(...args());
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
    expect(out).toBe("");
    expect(existsSync(join(at("bad"), "adapter.gguf"))).toBe(false);
  });

  it("leaves over-long pairs out and counts them when told to", async () => {
    const ended = await run(
      "--data",
      data,
      "--config",
      "maxLength=34",
      "--config",
      "overLong=drop",
      "--config",
      "epochs=1",
    );
    expect(ended.code).toBe(0);
    const { data: record } = readJson(at("bad"), "run.json");
    expect(record.dropped).toBeGreaterThan(0);
    expect(record.examples + record.dropped).toBe(12);
    expect(ended.err).toContain(`${record.dropped} examples are longer than allowed and were left out.`);
  });
});
