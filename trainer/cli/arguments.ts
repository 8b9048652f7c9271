/** The command line of `npm run train`: what may be said, and a sentence for what may not. */

import { parseArgs } from "node:util";
import { z } from "zod";
import { RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../../server/domain/run-config.ts";
import type { Backend } from "../engine/create.ts";
import { TrainerError } from "../errors.ts";
import { nearest } from "./nearest.ts";

export interface TrainCommand {
  method: TrainingMethod;
  base: string;
  data: string;
  out: string;
  /** Adapter to go on from. */
  from: string | null;
  /** Settings given with --config, not settled yet. */
  config: Record<string, unknown>;
  seed: number;
  resume: boolean;
  overwrite: boolean;
  json: boolean;
  engine: (typeof ENGINES)[number];
  threads: number;
}

// Named here and not taken from the engine, which would load TensorFlow.js to print a help text.
const ENGINES = ["auto", "onnx-cpu", "onnx-webgpu", "tfjs-node-gpu", "tfjs-cpu"] as const satisfies readonly (
  | Backend
  | "auto"
)[];
const METHODS = { dpo: "DPO", sft: "SFT" } as const satisfies Record<string, TrainingMethod>;

const OPTIONS = {
  base: { type: "string", default: "models/starter.gguf" },
  data: { type: "string" },
  out: { type: "string" },
  from: { type: "string" },
  config: { type: "string", multiple: true },
  seed: { type: "string", default: "1" },
  resume: { type: "boolean", default: false },
  overwrite: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  engine: { type: "string", default: "auto" },
  threads: { type: "string", default: "2" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** @returns what to do, or "help" @throws TrainerError BAD_ARGUMENT or BAD_CONFIG with one sentence */
export function parseCommand(args: readonly string[]): TrainCommand | "help" {
  const { values, positionals } = parse(args);
  if (values.help || positionals[0] === "help") return "help";
  const [name, ...rest] = positionals;
  if (name === undefined) throw bad('Say what to train: "dpo" or "sft"; --help shows how.');
  if (!(name in METHODS)) throw bad(`There is no method "${name}"; ${choice(name, Object.keys(METHODS))}`);
  if (rest.length > 0) throw bad(`"${rest[0]}" is one word too many; options begin with --, and --help lists them.`);
  const method = METHODS[name as keyof typeof METHODS];
  const engine = ENGINES.find((known) => known === values.engine);
  if (!engine) throw bad(`There is no engine "${values.engine}"; ${choice(values.engine, ENGINES)}`);
  return {
    method,
    base: values.base,
    data: required(values.data, "--data", "the JSON Lines file to train on"),
    out: required(values.out, "--out", "the folder for the adapter"),
    from: values.from ?? null,
    config: parseConfig(method, values.config ?? []),
    seed: wholeNumber(values.seed, "--seed", 0, 2 ** 32 - 1),
    resume: values.resume,
    overwrite: values.overwrite,
    json: values.json,
    engine,
    threads: wholeNumber(values.threads, "--threads", 1, 1024),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    const unknown = /Unknown option '(--?[^']*)'/.exec((error as Error).message)?.[1];
    if (!unknown) throw bad(`${(error as Error).message.split(". ")[0]}; --help lists the options.`);
    const names = Object.keys(OPTIONS).map((option) => `--${option}`);
    throw bad(`There is no option ${unknown}; ${choice(unknown, names)}`);
  }
}

/**
 * `key=value` settings of a method. Values are JSON where they can be (numbers, true), else text; lists have commas.
 * Types and ranges are checked, nothing is filled in.
 */
export function parseConfig(method: TrainingMethod, entries: readonly string[]): Record<string, unknown> {
  const { shape } = RUN_CONFIG_SCHEMAS[method];
  const config: Record<string, unknown> = {};
  for (const entry of entries) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
    if (key === undefined || text === undefined)
      throw new TrainerError("BAD_CONFIG", `--config wants key=value, found "${entry}".`);
    if (!(key in shape)) {
      const message = `There is no setting "${key}" for ${method.toLowerCase()}; ${choice(key, Object.keys(shape))}`;
      throw new TrainerError("BAD_CONFIG", message);
    }
    config[key] = key === "targets" ? text.split(",") : scalar(text);
    const result = shape[key as keyof typeof shape].safeParse(config[key]);
    if (!result.success) {
      const why = z.prettifyError(result.error).split("\n")[0]!.replace(/^✖ /, "");
      throw new TrainerError("BAD_CONFIG", `--config ${entry}: ${why}.`);
    }
  }
  return config;
}

function scalar(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function choice(found: string, known: readonly string[]): string {
  const near = nearest(found, known);
  return near ? `did you mean ${near}?` : `choose one of ${known.join(", ")}.`;
}

function required(value: string | undefined, option: string, what: string): string {
  if (!value) throw bad(`${option} is missing: give ${what}; --help shows an example.`);
  return value;
}

function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most)
    throw bad(`${option} wants a whole number from ${least} to ${most}, found "${text}".`);
  return value;
}

const bad = (message: string) => new TrainerError("BAD_ARGUMENT", message);
