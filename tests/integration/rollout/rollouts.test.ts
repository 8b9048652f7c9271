/** The private inference process with real llama.cpp: equal seeds, fresh adapters, a killed child, nothing left behind. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openTokenizer, type Tokenizer } from "../../../server/gguf/tokenizer.ts";
import type { TokenisedPrompt } from "../../../trainer/data/example.ts";
import { type AdapterWeights, HEAD } from "../../../trainer/engine/contract.ts";
import { openRollouts, type RolloutsOptions } from "../../../trainer/rollout/rollouts.ts";
import { type TinyModel, writeTinyAdapter, writeTinyModel } from "../../helpers/tiny-model.ts";
import { temporaryFolder } from "../inference/server.ts";

const folder = temporaryFolder();
let model: TinyModel;
let tokenizer: Tokenizer;
let prompts: TokenisedPrompt[];
let adapter: AdapterWeights;

beforeAll(async () => {
  model = writeTinyModel(`${folder.path}/model.gguf`, { contextLength: 256 });
  tokenizer = await openTokenizer(model.path);
  prompts = ["Hello", "What is the capital of France?", "One and two"].map((content, i) => {
    const prompt = [{ role: "user" as const, content }];
    const { tokens } = tokenizer.renderChat(prompt, { addGenerationPrompt: true });
    return { prompt, answer: null, origin: `prompt ${i + 1}`, tokens };
  });
  const { rank, alpha, tensors } = writeTinyAdapter(`${folder.path}/adapter.gguf`, model.config);
  adapter = { kind: "lora", rank, alpha, tensors };
});
afterAll(async () => {
  await tokenizer.close();
  folder.remove();
});

const opened: Awaited<ReturnType<typeof openRollouts>>[] = [];
afterEach(async () => {
  for (const rollouts of opened.splice(0)) await rollouts.close();
});
async function open(change: Partial<RolloutsOptions> = {}) {
  const rollouts = await openRollouts({ model: model.path, folder: folder.path, contextLength: 256, ...change });
  opened.push(rollouts);
  return rollouts;
}

const options = { count: 4, maxTokens: 24, temperature: 1, seed: 11 };
const left = () => readdirSync(folder.path).filter((name) => name.startsWith("rollouts-"));

describe("rollouts", () => {
  it("samples the same replies whatever runs side by side, and others for another seed", async () => {
    const wide = await open();
    const narrow = await open({ sequences: 1 });
    const replies = await wide.sample(prompts, options);
    expect(replies.map((drafts) => drafts.length)).toEqual([4, 4, 4]);
    expect(await narrow.sample(prompts, options)).toEqual(replies);
    expect(await wide.sample(prompts, { ...options, seed: 12 })).not.toEqual(replies);
    const drafts = replies.flat().map(({ completion }) => completion.join());
    expect(new Set(drafts).size).toBe(12);
  });

  it("tells a reply that ended from one that was cut, and keeps its end token", async () => {
    const rollouts = await open();
    const replies = (await rollouts.sample(prompts, { ...options, count: 32, maxTokens: 40, temperature: 1.5 })).flat();
    const ended = replies.filter((reply) => reply.ended);
    expect(ended.length).toBeGreaterThan(0);
    for (const { completion, ended, text } of replies) {
      expect(tokenizer.isEnd(completion.at(-1)!)).toBe(ended);
      if (!ended) expect(completion).toHaveLength(40);
      // A character whose last bytes never came is left out of the text.
      expect(tokenizer.decode(completion).replace(/\uFFFD+$/, "")).toBe(text.replace(/\uFFFD+$/, ""));
    }
  });

  it("answers with the newest adapter, without its scalar head, and with the bare base again", async () => {
    const rollouts = await open();
    const greedy = { ...options, count: 1, temperature: 0 };
    const ofBase = await rollouts.sample(prompts, greedy);
    const head = { name: HEAD, shape: [1, model.config.width], data: new Float32Array(model.config.width).fill(1) };
    await rollouts.use({ ...adapter, tensors: [...adapter.tensors, head] });
    const ofAdapter = await rollouts.sample(prompts, greedy);
    expect(ofAdapter).not.toEqual(ofBase);
    const half = { ...adapter, alpha: adapter.alpha / 2 };
    await rollouts.use(half);
    expect(await rollouts.sample(prompts, greedy)).not.toEqual(ofAdapter);
    expect(readdirSync(`${folder.path}/${left()[0]}`)).toHaveLength(1);
    await rollouts.use(null);
    expect(await rollouts.sample(prompts, greedy)).toEqual(ofBase);
    expect(readdirSync(`${folder.path}/${left()[0]}`)).toEqual([]);
  });

  it("brings the same replies back when its process is killed in the middle", async () => {
    const said: string[] = [];
    const rollouts = await open({ log: (sentence) => void said.push(sentence) });
    await rollouts.use(adapter);
    const many = { ...options, count: 16 };
    const whole = await rollouts.sample(prompts, many);
    const { pid } = rollouts;
    const { fetch } = globalThis;
    let requests = 0;
    // At most 16 are under way at once, so by the 30th some replies are whole and others half done.
    globalThis.fetch = (...call) => {
      if (++requests === 30) process.kill(pid, "SIGKILL");
      return fetch(...call);
    };
    try {
      expect(await rollouts.sample(prompts, many)).toEqual(whole);
    } finally {
      globalThis.fetch = fetch;
    }
    expect(said).toEqual([expect.stringMatching(/was lost; it is started again/)]);
    expect(rollouts.pid).not.toBe(pid);
  });

  it("leaves no process and no file behind when closed or aborted", async () => {
    const closing = await open();
    await closing.use(adapter);
    await closing.close();
    expect(() => process.kill(closing.pid, 0)).toThrow("ESRCH");
    expect(left()).toEqual([]);
    expect(() => closing.sample(prompts, options)).toThrow("has been closed");

    const stop = new AbortController();
    const stopping = await open({ signal: stop.signal });
    await stopping.use(adapter);
    const broken = stopping.sample(prompts, { ...options, count: 40, maxTokens: 100 });
    stop.abort(new Error("enough"));
    await expect(broken).rejects.toThrow("enough");
    await stopping.close();
    expect(() => process.kill(stopping.pid, 0)).toThrow("ESRCH");
    expect(left()).toEqual([]);
    expect(existsSync(model.path)).toBe(true);
  });

  it("dies with its parent, however that ends, and the next one clears its folder away", async () => {
    const program = `import { openRollouts } from "./trainer/rollout/rollouts.ts";
      const rollouts = await openRollouts(${JSON.stringify({ model: model.path, folder: folder.path })});
      console.log(rollouts.pid);
      setInterval(() => {}, 1000);`;
    const args = ["--import", "tsx", "--input-type=module", "-e", program];
    const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pid = Number(line.toString());
    expect(() => process.kill(pid, 0)).not.toThrow();
    expect(left()).toHaveLength(1);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    // Its guard looks twice a second.
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 60_000);
    await open();
    expect(left()).toHaveLength(1);
  });

  it("stops one call by its signal and goes on with the next", async () => {
    const rollouts = await open();
    const stop = new AbortController();
    const broken = rollouts.sample(prompts, { ...options, count: 40, maxTokens: 100, signal: stop.signal });
    stop.abort(new Error("cancelled"));
    await expect(broken).rejects.toThrow("cancelled");
    expect(await rollouts.sample(prompts, options)).toHaveLength(3);
  });

  it("refuses in sentences: no model, another kind of adapter, another model's prompt, a prompt that is too long", async () => {
    await expect(open({ model: `${folder.path}/adapter.gguf` })).rejects.toThrow(/adapter/);
    const rollouts = await open();
    await expect(rollouts.use({ ...adapter, kind: "prefix" })).rejects.toThrow(
      'LoRA adapters only, found kind "prefix"',
    );
    const foreign = { ...prompts[0]!, tokens: prompts[0]!.tokens.slice(1) };
    await expect(rollouts.sample([foreign], options)).rejects.toThrow(/prompt 1: expected a prompt of \d+ tokens/);
    const long = { ...prompts[0]!, prompt: [{ role: "user" as const, content: "word ".repeat(300) }] };
    await expect(rollouts.sample([long], options)).rejects.toThrow(/Sampling replies failed: The conversation has/);
    expect(left()).toHaveLength(1);
  });
});
