/** The command line: what is understood, and the sentence for what is not. */

import { describe, expect, it } from "vitest";
import { METHODS } from "../../../server/domain/run-config.ts";
import { parseCommand } from "../../../trainer/cli/arguments.ts";
import { parseConfig } from "../../../trainer/cli/config-values.ts";
import { nearest } from "../../../trainer/cli/nearest.ts";

const needed = ["dpo", "--data", "pairs.jsonl", "--out", "out"];

describe("parseCommand", () => {
  it("fills defaults in", () => {
    expect(parseCommand(needed)).toEqual({
      method: "DPO",
      base: "models/starter.gguf",
      data: "pairs.jsonl",
      out: "out",
      from: null,
      reward: null,
      replay: null,
      humanPairs: null,
      samples: 0,
      config: {},
      seed: 1,
      resume: false,
      overwrite: false,
      json: false,
      engine: "auto",
      quantised: "auto",
      threads: 2,
    });
  });

  it("takes every option", () => {
    const more = [
      "--base",
      "b.gguf",
      "--from",
      "a.gguf",
      "--replay",
      "r.jsonl",
      "--samples",
      "3",
      "--seed",
      "7",
      "--resume",
    ];
    more.push("--overwrite", "--json");
    const rest = ["--engine", "onnx-cpu", "--threads", "1", "--config", "rank=4", "--config", "targets=attn_q,attn_v"];
    expect(parseCommand(["sft", ...needed.slice(1), ...more, ...rest])).toMatchObject({
      method: "SFT",
      base: "b.gguf",
      from: "a.gguf",
      replay: "r.jsonl",
      samples: 3,
      seed: 7,
      resume: true,
      overwrite: true,
      json: true,
      engine: "onnx-cpu",
      threads: 1,
      config: { rank: 4, targets: ["attn_q", "attn_v"] },
    });
  });

  it("has a word for every method", () => {
    for (const method of METHODS) {
      const word = method.toLowerCase().replaceAll("_", "-");
      const reward = ["PPO", "BEST_OF_K"].includes(method) ? ["--reward", "r.safetensors"] : [];
      expect(parseCommand([word, ...needed.slice(1), ...reward])).toMatchObject({ method });
    }
  });

  it.each<[string[], string | null]>([
    [["--help"], null],
    [["-h"], null],
    [["help"], null],
    [["dpo", "--help"], "DPO"],
    [["best-of-k", "-h"], "BEST_OF_K"],
    [["help", "ppo"], "PPO"],
  ])("shows help for %j", (args, method) => {
    expect(parseCommand(args)).toEqual({ help: method });
  });

  it("takes rewards as JSON, and a reward model where they name one", () => {
    const rewards = 'rewards=[{"kind":"exact"},{"kind":"length","max":20,"weight":0.1}]';
    expect(parseCommand(["grpo", ...needed.slice(1), "--config", rewards])).toMatchObject({
      config: { rewards: [{ kind: "exact" }, { kind: "length", max: 20, weight: 0.1 }] },
    });
    const ppo = ["ppo", ...needed.slice(1), "--reward", "r.safetensors"];
    expect(parseCommand(ppo)).toMatchObject({ reward: "r.safetensors" });
  });

  it.each<[string[], string]>([
    [[], "Say what to train by: sft, pretrain, best-of-k"],
    [["dop"], 'There is no method "dop"; did you mean dpo?'],
    [["best_of_k"], 'There is no method "best_of_k"; did you mean best-of-k?'],
    [["reinforce"], 'There is no method "reinforce"; choose one of sft, pretrain,'],
    [[...needed, "more"], '"more" is one word too many'],
    [["dpo", "--dta", "x"], "There is no option --dta; did you mean --data?"],
    [["dpo", "--out", "x"], "--data is missing: give the file to train on"],
    [["dpo", "--data", "x"], "--out is missing"],
    [["dpo", "--data"], "Option '--data <value>' argument missing; --help lists the options."],
    [[...needed, "--seed", "1.5"], '--seed wants a whole number from 0 to 4294967295, found "1.5".'],
    [[...needed, "--seed", ""], "--seed wants a whole number"],
    [[...needed, "--threads", "0"], "--threads wants a whole number from 1 to 1024"],
    [[...needed, "--engine", "onnx-cpi"], 'There is no engine "onnx-cpi"; did you mean onnx-cpu?'],
    [[...needed, "--quantised", "kept"], 'There is no way to hold a quantised base "kept"; did you mean keep?'],
    [[...needed, "--reward", "r"], "dpo as it is set up asks no reward model; leave --reward out."],
    [["ppo", ...needed.slice(1)], "The rewards of ppo name a reward model: give its adapter.safetensors with --reward"],
    [[...needed, "--replay", "r"], "dpo mixes no other data in; leave --replay out."],
    [[...needed, "--human-pairs", "p"], "dpo has no judge whose pairs they could join; leave --human-pairs out."],
    [["reward", ...needed.slice(1), "--samples", "2"], "reward makes a model that scores and does not speak"],
    [
      [...needed, "--samples", "2", "--config", "tuning=prefix"],
      "what llama.cpp cannot sample from; leave --samples out.",
    ],
    [[...needed, "--samples", "65"], "--samples wants a whole number from 0 to 64"],
    [
      [...needed, "--config", "tuning=full"],
      "dpo cannot train with tuning=full; choose one of lora, prompt, prefix, bott",
    ],
    [["sft", ...needed.slice(1), "--config", "tuning=full", "--from", "a"], "merge the adapter and train that base"],
  ])("refuses %j with a sentence", (args, sentence) => {
    expect(() => parseCommand(args)).toThrow(sentence);
    expect(() => parseCommand(args)).toThrow(expect.objectContaining({ code: "BAD_ARGUMENT" }));
  });
});

describe("parseConfig", () => {
  it("reads numbers, words and lists, and fills nothing in", () => {
    expect(parseConfig("DPO", ["beta=0.3", "epochs=2", "overLong=drop", "targets=attn_q"])).toEqual({
      beta: 0.3,
      epochs: 2,
      overLong: "drop",
      targets: ["attn_q"],
    });
    expect(parseConfig("DPO", ['targets=["attn_q"]'])).toEqual({ targets: ["attn_q"] });
    expect(parseConfig("RLAIF", ["question=Which is shorter? a=b"])).toEqual({ question: "Which is shorter? a=b" });
  });

  it.each<[string, string]>([
    ["learningrate=1", 'There is no setting "learningrate" for dpo; did you mean learningRate?'],
    ["zzzzzz=1", 'There is no setting "zzzzzz" for dpo; choose one of tuning, rank'],
    ["beta", '--config wants key=value, found "beta".'],
    ["beta=-1", "--config beta=-1: "],
    ["beta=high", "--config beta=high: "],
    ["targets=attn_z", "--config targets=attn_z: at 0, "],
    ["constructor=1", 'There is no setting "constructor" for dpo'],
  ])("refuses %s", (entry, sentence) => {
    expect(() => parseConfig("DPO", [entry])).toThrow(sentence);
    expect(() => parseConfig("DPO", [entry])).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });

  it.each<[string, string]>([
    ["rewards=exact", "--config rewards=exact: "],
    ['rewards=[{"kind":"exact"', "this is no valid JSON; put it in single quotes, as in --config 'rewards=[…]'."],
    ['rewards=[{"kind":"rgex","pattern":"x"}]', "at 0.kind, "],
    ['rewards=[{"kind":"regex"}]', "at 0.pattern, "],
    ["rewards=[]", "--config rewards=[]: "],
  ])("says where %s is wrong", (entry, sentence) => {
    expect(() => parseConfig("GRPO", [entry])).toThrow(sentence);
  });

  it("knows that sft has no beta", () => {
    expect(() => parseConfig("SFT", ["beta=0.1"])).toThrow('There is no setting "beta" for sft');
  });
});

describe("nearest", () => {
  it("finds a slip of the fingers and nothing far away", () => {
    expect(nearest("leaningRate", ["learningRate", "rank"])).toBe("learningRate");
    expect(nearest("RANK", ["learningRate", "rank"])).toBe("rank");
    expect(nearest("temperature", ["learningRate", "rank"])).toBeNull();
  });
});
