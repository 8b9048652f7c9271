/** The command line: what is understood, and the sentence for what is not. */

import { describe, expect, it } from "vitest";
import { parseCommand, parseConfig } from "../../../trainer/cli/arguments.ts";
import { HELP } from "../../../trainer/cli/help.ts";
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
      config: {},
      seed: 1,
      resume: false,
      overwrite: false,
      json: false,
      engine: "auto",
      threads: 2,
    });
  });

  it("takes every option", () => {
    const more = ["--base", "b.gguf", "--from", "a.gguf", "--seed", "7", "--resume", "--overwrite", "--json"];
    const rest = ["--engine", "onnx-cpu", "--threads", "1", "--config", "rank=4", "--config", "targets=attn_q,attn_v"];
    expect(parseCommand(["sft", ...needed.slice(1), ...more, ...rest])).toMatchObject({
      method: "SFT",
      base: "b.gguf",
      from: "a.gguf",
      seed: 7,
      resume: true,
      overwrite: true,
      json: true,
      engine: "onnx-cpu",
      threads: 1,
      config: { rank: 4, targets: ["attn_q", "attn_v"] },
    });
  });

  it.each([[["--help"]], [["-h"]], [["help"]], [["dpo", "--help"]]])("shows help for %j", (args) => {
    expect(parseCommand(args)).toBe("help");
  });

  it.each<[string[], string]>([
    [[], 'Say what to train: "dpo" or "sft"'],
    [["dop"], 'There is no method "dop"; did you mean dpo?'],
    [["reinforce"], 'There is no method "reinforce"; choose one of dpo, sft.'],
    [[...needed, "more"], '"more" is one word too many'],
    [["dpo", "--dta", "x"], "There is no option --dta; did you mean --data?"],
    [["dpo", "--out", "x"], "--data is missing: give the JSON Lines file to train on"],
    [["dpo", "--data", "x"], "--out is missing"],
    [["dpo", "--data"], "Option '--data <value>' argument missing; --help lists the options."],
    [[...needed, "--seed", "1.5"], '--seed wants a whole number from 0 to 4294967295, found "1.5".'],
    [[...needed, "--seed", ""], "--seed wants a whole number"],
    [[...needed, "--threads", "0"], "--threads wants a whole number from 1 to 1024"],
    [[...needed, "--engine", "onnx-cpi"], 'There is no engine "onnx-cpi"; did you mean onnx-cpu?'],
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
  });

  it.each<[string, string]>([
    ["learningrate=1", 'There is no setting "learningrate" for dpo; did you mean learningRate?'],
    ["zzzzzz=1", 'There is no setting "zzzzzz" for dpo; choose one of version, rank'],
    ["beta", '--config wants key=value, found "beta".'],
    ["beta=-1", "--config beta=-1: "],
    ["beta=high", "--config beta=high: "],
    ["targets=attn_z", "--config targets=attn_z: "],
  ])("refuses %s", (entry, sentence) => {
    expect(() => parseConfig("DPO", [entry])).toThrow(sentence);
    expect(() => parseConfig("DPO", [entry])).toThrow(expect.objectContaining({ code: "BAD_CONFIG" }));
  });

  it("knows that beta is DPO's alone", () => {
    expect(() => parseConfig("SFT", ["beta=0.1"])).toThrow('There is no setting "beta" for sft');
  });
});

describe("help", () => {
  it("names every option and every setting", () => {
    for (const option of ["base", "data", "out", "from", "config", "seed", "resume", "overwrite", "json", "engine"])
      expect(HELP).toContain(`--${option}`);
    for (const setting of ["learningRate", "epochs", "beta", "rank", "alpha", "targets", "batchSize", "microBatchSize"])
      expect(HELP).toContain(setting);
    for (const setting of ["warmup", "weightDecay", "clipNorm", "maxLength", "overLong", "checkpointEvery"])
      expect(HELP).toContain(setting);
  });
});

describe("nearest", () => {
  it("finds a slip of the fingers and nothing far away", () => {
    expect(nearest("leaningRate", ["learningRate", "rank"])).toBe("learningRate");
    expect(nearest("RANK", ["learningRate", "rank"])).toBe("rank");
    expect(nearest("temperature", ["learningRate", "rank"])).toBeNull();
  });
});
