/** Every method through the command line on a tiny random model: what it makes, that it repeats itself, resumes, and refuses. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasHead } from "../../../server/gguf/lora.ts";
import { openGguf } from "../../../server/gguf/reader.ts";
import { validateBase } from "../../../server/gguf/validate.ts";
import { sha256OfFile } from "../../../server/whole-file.ts";
import { readAdapterFile } from "../../../trainer/adapters/read.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";
import { type Ended, readJson, startTrain, train, writePairs } from "./command.ts";

let folder: string;
let base: TinyModel;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hone-methods-"));
  base = writeTinyModel(join(folder, "tiny.gguf"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const lines = (name: string, values: readonly object[]) => {
  writeFileSync(at(name), values.map((value) => `${JSON.stringify(value)}\n`).join(""));
  return at(name);
};
const words = ["sky", "fox", "history", "weather", "Paris", "world", "dog", "day"];
const dialogues = () =>
  lines(
    "dialogues.jsonl",
    words.map((word) => ({ prompt: `What is the ${word}?`, completion: `The ${word} is fine.` })),
  );
const thumbs = () =>
  lines(
    "thumbs.jsonl",
    words.map((word, i) => ({ prompt: `What is the ${word}?`, completion: `It is ${word}.`, label: i % 2 === 0 })),
  );
const rankings = () =>
  lines("rankings.jsonl", [
    ...words
      .slice(0, 4)
      .map((word) => ({ prompt: `Why ${word}?`, chosen: `${word}.`, rejected: `I do not know ${word}` })),
    { prompt: "Who?", replies: ["A fox.", "A dog.", "The weather."].map((content, i) => ({ content, rank: i + 1 })) },
  ]);
const prompts = () =>
  lines(
    "prompts.jsonl",
    words.slice(0, 4).map((word) => ({ prompt: `Say ${word}`, answer: word })),
  );
const texts = () => {
  writeFileSync(at("texts.txt"), "The quick brown fox jumps over the lazy dog. ".repeat(12));
  return at("texts.txt");
};

/** A few steps with a small adapter; one thread, so that two runs sum in one order. */
const command = (method: string, out: string, data: string, ...more: string[]) => [
  ...[method, "--base", base.path, "--data", data, "--out", at(out), "--json", "--threads", "1"],
  ...["--config", "rank=4", "--config", "checkpointEvery=1", ...more],
];
const set = (...settings: string[]) => settings.flatMap((setting) => ["--config", setting]);
const offline = set("epochs=1", "batchSize=4", "microBatchSize=4", "learningRate=0.01");
const online = set("maxTokens=12", "microBatchSize=4", "learningRate=0.01");
/** Replies of a random model are noise, so what is rewarded is anything that differs between them. */
const rewards = ["--config", 'rewards=[{"kind":"length","max":6},{"kind":"language","language":"en"}]'];
const steps = ({ lines: said }: Ended) => said.filter(({ type }) => type === "step");
const done = (ended: Ended) => {
  if (ended.code !== 0) throw new Error(`train ended with ${ended.code}: ${ended.err}`);
  return ended.lines.at(-1) as { type: string; sha256: string };
};

interface Case {
  method: string;
  data: () => string;
  settings: string[];
  /** Figures that its steps must report. */
  metrics: string[];
}
const OFFLINE: Case[] = [
  { method: "sft", data: dialogues, settings: set("neftune=5"), metrics: ["loss", "entropy", "mean_token_accuracy"] },
  { method: "pretrain", data: texts, settings: set("maxLength=32"), metrics: ["loss"] },
  { method: "reward", data: rankings, settings: [], metrics: ["loss", "accuracy", "margin", "mean_reward"] },
  { method: "dpo", data: () => writePairs(folder), settings: [], metrics: ["loss", "rewards/margins", "logps/chosen"] },
  { method: "simpo", data: () => writePairs(folder), settings: [], metrics: ["loss", "rewards/margins"] },
  { method: "orpo", data: () => writePairs(folder), settings: [], metrics: ["loss", "log_odds_ratio", "nll_loss"] },
  { method: "kto", data: thumbs, settings: [], metrics: ["loss", "kl", "rewards/chosen"] },
];

describe("methods over fixed data", () => {
  it.each(OFFLINE)("$method makes its file, says its figures, and does it again bit for bit", async (each) => {
    const { method, data, settings, metrics } = each;
    const run = (out: string) => train(...command(method, out, data(), ...offline, ...settings));
    const [ended, again] = await Promise.all([run(method), run(`${method}-again`)]);
    const { sha256 } = done(ended);
    for (const step of steps(ended)) for (const name of metrics) expect(step[name], name).toBeTypeOf("number");
    const file = method === "reward" ? "adapter.safetensors" : "adapter.gguf";
    expect(await sha256OfFile(join(at(method), file))).toBe(sha256);
    const peft = ["adapter_config.json", "adapter_model.safetensors"];
    expect(readdirSync(at(method)).sort()).toEqual([file, ...peft, "metrics.jsonl", "run.json"].sort());
    expect(readJson(at(method), "run.json")).toMatchObject({ version: 2, seed: 1, made: { file, sha256 } });
    const weights = await readAdapterFile(join(at(method), file), base.config, base);
    expect(hasHead(weights)).toBe(method === "reward");
    expect(done(again).sha256).toBe(sha256);
  });

  it("full-parameter runs make a model, with replies from before and after", async () => {
    const replay = lines("general.jsonl", [{ prompt: "Hello", completion: "Hello, how are you today?" }]);
    const more = [...offline, ...set("tuning=full", "replay=0.2"), "--replay", replay, "--samples", "2"];
    const ended = await train(...command("sft", "full", dialogues(), ...more));
    const { sha256 } = done(ended);
    expect(readdirSync(at("full")).sort()).toEqual(["metrics.jsonl", "model.gguf", "run.json"]);
    expect(await sha256OfFile(join(at("full"), "model.gguf"))).toBe(sha256);
    const file = openGguf(join(at("full"), "model.gguf"));
    expect(validateBase(file)).toEqual({ ...base.config, rmsEpsilon: Math.fround(base.config.rmsEpsilon) });
    file.close();
    const samples = ended.lines.filter(({ type }) => type === "sample");
    expect(samples.map(({ prompt }) => prompt)).toEqual(["What is the sky?", "What is the fox?"]);
    expect(samples.some(({ before, after }) => before !== after)).toBe(true);
    expect(steps(ended)[0]).toHaveProperty("replay_loss");
  });

  it.each(["prompt", "prefix", "bottleneck"])("tuning=%s makes a file that a run can go on from", async (tuning) => {
    const first = await train(...command("dpo", tuning, writePairs(folder), ...offline, ...set(`tuning=${tuning}`)));
    const { sha256 } = done(first);
    const path = join(at(tuning), "adapter.safetensors");
    expect(await sha256OfFile(path)).toBe(sha256);
    expect(await readAdapterFile(path, base.config, base)).toMatchObject({ kind: tuning, rank: 4 });
    const more = [...offline, ...set(`tuning=${tuning}`), "--from", path];
    const second = await train(...command("dpo", `${tuning}-2`, writePairs(folder), ...more));
    expect(done(second).sha256).not.toBe(sha256);
    // The frozen copy of what it started from is the reference: the first loss is ln 2.
    expect(Math.abs((steps(second)[0]!.loss as number) - Math.LN2)).toBeLessThan(1e-6);
  });

  it("a base that stays in 8 bits makes the adapter that its expansion makes", async () => {
    const quantised = writeTinyModel(at("q8.gguf"), { type: "Q8_0" });
    const run = (how: string) => {
      const more = [...offline, "--base", quantised.path, "--quantised", how];
      return train(...command("dpo", `q8-${how}`, writePairs(folder), ...more));
    };
    const [kept, expanded] = await Promise.all([run("keep"), run("expand")]);
    expect(kept.err).toContain("Its linear layers stay in 8 bits (Q8_0), because it is set.");
    expect(done(kept).sha256).toBe(done(expanded).sha256);
  });

  it("kto, killed in the middle and resumed, makes the same adapter", async () => {
    const args = (out: string, ...more: string[]) =>
      command("kto", out, thumbs(), ...offline, ...set("epochs=12"), ...more);
    const whole = done(await train(...args("kto-whole")));
    expect(await killedAndResumed(args, "kto-killed", 3)).toBe(whole.sha256);
  });
});

/** Kills the run as soon as a step's figures are out, then resumes it; the hash of what comes of it. */
async function killedAndResumed(args: (out: string, ...more: string[]) => string[], out: string, step: number) {
  const running = startTrain(args(out), (line) => {
    if (line.includes(`"step":${step},`)) running.child.kill("SIGKILL");
  });
  expect((await running.ended).code).toBeNull();
  const resumed = await train(...args(out, "--resume"));
  expect(resumed.err).toMatch(/Going on after step [1-9]/);
  return done(resumed).sha256;
}

describe("methods that sample", () => {
  const grpo = (out: string, ...more: string[]) =>
    command("grpo", out, prompts(), ...online, ...rewards, ...set("steps=6", "batchSize=2", "groupSize=3"), ...more);

  it("grpo says its figures, shows samples that change nothing, and survives a kill", async () => {
    const ended = await train(...grpo("grpo", "--samples", "2"));
    const { sha256 } = done(ended);
    const samples = ended.lines.filter(({ type }) => type === "sample");
    expect(samples.map(({ prompt }) => prompt)).toEqual(["Say sky", "Say fox"]);
    expect(steps(ended)).toHaveLength(6);
    const names = ["reward", "reward_std", "rewards/length", "rewards/language", "frac_reward_zero_std", "entropy"];
    for (const name of [...names, "completions/length"]) expect(steps(ended)[0]![name], name).toBeTypeOf("number");
    expect(await sha256OfFile(join(at("grpo"), "adapter.gguf"))).toBe(sha256);
    expect(await killedAndResumed(grpo, "grpo-killed", 2)).toBe(sha256);
  });

  let made: Promise<string> | undefined;
  /** What `reward` made, trained once for all that learn from it. */
  const rewardModel = (): Promise<string> => {
    made ??= train(...command("reward", "rm", rankings(), ...offline)).then((ended) => {
      done(ended);
      return join(at("rm"), "adapter.safetensors");
    });
    return made;
  };

  it("ppo learns from the reward model that reward made, and its policy can be served", async () => {
    const reward = await rewardModel();
    const run = (out: string) =>
      train(...command("ppo", out, prompts(), ...online, ...set("steps=2", "batchSize=4"), "--reward", reward));
    const [ended, again] = await Promise.all([run("ppo"), run("ppo-again")]);
    const { sha256 } = done(ended);
    const names = ["objective/kl", "objective/scores", "loss/policy", "loss/value", "policy/clipfrac", "eos_rate"];
    for (const name of names) expect(steps(ended)[0]![name], name).toBeTypeOf("number");
    expect(await sha256OfFile(join(at("ppo"), "adapter.gguf"))).toBe(sha256);
    expect(readJson(at("ppo"), "run.json").rewardModel).toBe(await sha256OfFile(reward));
    expect(done(again).sha256).toBe(sha256);
  });

  it("best-of-k imitates the drafts that the reward model likes best", async () => {
    const more = [...online, ...offline, ...set("drafts=2"), "--reward", await rewardModel()];
    const run = (out: string) => train(...command("best-of-k", out, prompts(), ...more));
    const [best, again] = await Promise.all([run("best"), run("best-again")]);
    expect(await sha256OfFile(join(at("best"), "adapter.gguf"))).toBe(done(best).sha256);
    expect(done(again).sha256).toBe(done(best).sha256);
    const first = steps(best)[0] as Record<string, number>;
    expect(first["drafts/best_score"]).toBeGreaterThan(first["drafts/mean_score"]!);
  });
});

describe("methods that ask somebody", () => {
  let server: Server;
  let asked: { path: string; key: string | undefined; body: { model: string; messages: { content: string }[] } }[] = [];
  let env: Record<string, string>;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = "";
      for await (const part of request) text += part;
      const body = JSON.parse(text);
      asked.push({ path: request.url!, key: request.headers.authorization, body });
      const content = body.model === "teacher" ? "It is fine, thank you." : shorter(body.messages.at(-1).content);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    env = { JUDGE_URL: url, JUDGE_MODEL: "judge", TEACHER_URL: url, TEACHER_MODEL: "teacher", TEACHER_API_KEY: "k-1" };
  });
  afterAll(() => void server.close());

  /** A judge that prefers the shorter of two replies wherever it stands. */
  function shorter(question: string): string {
    const [a, b] = ["A", "B"].map(
      (which) => question.split(`<reply ${which}>`)[1]!.split(`</reply ${which}>`)[0]!.length,
    );
    return a === b ? "[[tie]]" : `[[${a! < b! ? "A" : "B"}]]`;
  }

  it("distil imitates the teacher's replies, asked once each with the key", async () => {
    asked = [];
    const run = (out: string) =>
      startTrain(command("distil", out, prompts(), ...online, ...offline), undefined, env).ended;
    const { sha256 } = done(await run("distil"));
    expect(await sha256OfFile(join(at("distil"), "adapter.gguf"))).toBe(sha256);
    expect(asked.map(({ path, key, body }) => [path, key, body.model])).toEqual(
      Array.from({ length: 4 }, () => ["/v1/chat/completions", "Bearer k-1", "teacher"]),
    );
    expect(asked.map(({ body }) => body.messages.at(-1)!.content).sort()).toEqual(
      words
        .slice(0, 4)
        .map((word) => `Say ${word}`)
        .sort(),
    );
    const record = readJson(at("distil"), "run.json");
    expect([record.teacher, record.judge]).toEqual(["teacher", null]);
    expect(JSON.stringify(record)).not.toMatch(/127\.0\.0\.1|k-1/);
    expect(done(await run("distil-again")).sha256).toBe(sha256);
  });

  it("rlaif asks the judge in both orders and learns from what it said", async () => {
    asked = [];
    const more = [...online, ...offline, ...set("drafts=3")];
    const run = (out: string) => startTrain(command("rlaif", out, prompts(), ...more), undefined, env).ended;
    const ended = await run("rlaif");
    const { sha256 } = done(ended);
    expect(await sha256OfFile(join(at("rlaif"), "adapter.gguf"))).toBe(sha256);
    expect(steps(ended)[0]).toHaveProperty("rewards/margins");
    const questions = asked.map(({ body }) => body.messages.at(-1)!.content);
    const replies = (question: string) =>
      ["A", "B"].map((which) => question.split(`<reply ${which}>`)[1]!.split("</")[0]);
    const pairs = questions.map((question) => JSON.stringify(replies(question)));
    expect(pairs.length).toBeGreaterThan(0);
    for (const question of questions) expect(pairs).toContain(JSON.stringify(replies(question).toReversed()));
    expect(readJson(at("rlaif"), "run.json")).toMatchObject({ judge: "judge", teacher: null, made: { sha256 } });
    expect(done(await run("rlaif-again")).sha256).toBe(sha256);
  });
});

describe("bad input", () => {
  const policy = () => writeTinyAdapter(at("policy.gguf"), base.config, { baseSha256: base.sha256 }).path;
  const bad = (method: string, data: string, ...more: string[]) => train(...command(method, "bad", data, ...more));

  it.each<[string, () => Promise<Ended>, RegExp]>([
    [
      "a thumb without a label",
      () =>
        bad(
          "kto",
          lines("no-label.jsonl", [
            { prompt: "a", completion: "b", label: true },
            { prompt: "a", completion: "b" },
          ]),
        ),
      /^train: .*no-label\.jsonl, line 2: .*label.*\n$/,
    ],
    [
      "a ranking of equals",
      () =>
        bad(
          "reward",
          lines("equals.jsonl", [
            {
              prompt: "a",
              replies: [
                { content: "b", rank: 1 },
                { content: "c", rank: 1 },
              ],
            },
          ]),
        ),
      /^train: .*equals\.jsonl, line 1: all "replies" have the same rank.*\n$/,
    ],
    [
      "a prompt without the answer its reward wants",
      () => bad("grpo", lines("no-answer.jsonl", [{ prompt: "a", answer: "b" }, { prompt: "c" }])),
      /^train: .*no-answer\.jsonl, line 2: the rewards compare replies with an answer, and this prompt has none; add "answer"\.\n$/,
    ],
    [
      "a teacher without an address",
      () => bad("distil", prompts()),
      /^train: distil with these settings asks a teacher: set TEACHER_URL .* and TEACHER_MODEL in the environment\.\n$/,
    ],
    [
      "a reward model that is none",
      () => bad("ppo", prompts(), "--reward", policy()),
      /^train: .*policy\.gguf has no scoring head; give the adapter\.safetensors that "npm run train -- reward" made\.\n$/,
    ],
    [
      "an adapter of another kind to go on from",
      () => bad("dpo", writePairs(folder), ...set("tuning=prefix"), "--from", policy()),
      /kind prefix, found lora; set tuning=lora, or begin without it\.\n$/,
    ],
  ])("%s: one sentence, exit code 2, nothing made", async (_, run, sentence) => {
    const { code, err } = await run();
    expect(err).toMatch(sentence);
    expect(code).toBe(2);
    expect(existsSync(at("bad")) && readdirSync(at("bad")).some((name) => /^(adapter|model)/.test(name))).toBe(false);
  });
});
