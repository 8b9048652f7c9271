/** The command line of `npm run train`: what may be said, and a sentence for what may not. */

import { METHOD_TRAITS, RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../../server/domain/run-config.ts";
import type { Backend, OpenEngineOptions } from "../engine/index.ts";
import { parseConfig, rewardsOf } from "./config-values.ts";
import { METHOD_OF_WORD, wordOf } from "./methods.ts";
import { bad, choice, oneOf, parseOptions, required, wholeNumber } from "./options.ts";

export interface TrainCommand {
  method: TrainingMethod;
  base: string;
  data: string;
  out: string;
  /** Adapter to go on from. */
  from: string | null;
  /** Reward model that scores replies. */
  reward: string | null;
  /** General dialogues or text that are mixed in. */
  replay: string | null;
  /** RLAIF: pairs that people judged, mixed in with the judge's. */
  humanPairs: string | null;
  /** Prompts whose replies are shown from before and after the run. */
  samples: number;
  /** Settings given with --config, not settled yet. */
  config: Record<string, unknown>;
  seed: number;
  resume: boolean;
  overwrite: boolean;
  json: boolean;
  engine: (typeof ENGINES)[number];
  /** Whether a Q8_0 base stays in 8 bits. */
  quantised: (typeof QUANTISED)[number];
  threads: number;
}

// Named here and not taken from the engine, which would load TensorFlow.js to print a help text.
const ENGINES = ["auto", "onnx-cpu", "onnx-webgpu", "tfjs-node-gpu", "tfjs-cpu"] as const satisfies readonly (
  | Backend
  | "auto"
)[];
const QUANTISED = ["auto", "keep", "expand"] as const satisfies readonly OpenEngineOptions["quantised"][];

export const OPTIONS = {
  base: { type: "string", default: "models/starter.gguf" },
  data: { type: "string" },
  out: { type: "string" },
  from: { type: "string" },
  reward: { type: "string" },
  replay: { type: "string" },
  "human-pairs": { type: "string" },
  samples: { type: "string", default: "0" },
  config: { type: "string", multiple: true },
  seed: { type: "string", default: "1" },
  resume: { type: "boolean", default: false },
  overwrite: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  engine: { type: "string", default: "auto" },
  quantised: { type: "string", default: "auto" },
  threads: { type: "string", default: "2" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Help is of one method where that is named, else of all. */
export type Command = { help: TrainingMethod | null } | TrainCommand;

/** @throws TrainerError BAD_ARGUMENT or BAD_CONFIG with one sentence */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseOptions(args, OPTIONS);
  const [name, ...rest] = positionals[0] === "help" ? positionals.slice(1) : positionals;
  const method = METHOD_OF_WORD.get(name ?? "");
  if (values.help || positionals[0] === "help") return { help: method ?? null };
  const words = [...METHOD_OF_WORD.keys()];
  if (name === undefined) throw bad(`Say what to train by: ${words.join(", ")}; --help shows how.`);
  if (!method) throw bad(`There is no method "${name}"; ${choice(name, words)}`);
  if (rest.length > 0) throw bad(`"${rest[0]}" is one word too many; options begin with --, and --help lists them.`);
  const command: TrainCommand = {
    method,
    base: values.base,
    data: required(values.data, "--data", "the file to train on"),
    out: required(values.out, "--out", "the folder for what is made"),
    from: values.from ?? null,
    reward: values.reward ?? null,
    replay: values.replay ?? null,
    humanPairs: values["human-pairs"] ?? null,
    samples: wholeNumber(values.samples, "--samples", 0, 64),
    config: parseConfig(method, values.config ?? []),
    seed: wholeNumber(values.seed, "--seed", 0, 2 ** 32 - 1),
    resume: values.resume,
    overwrite: values.overwrite,
    json: values.json,
    engine: oneOf(values.engine, ENGINES, "engine"),
    quantised: oneOf(values.quantised, QUANTISED, "way to hold a quantised base"),
    threads: wholeNumber(values.threads, "--threads", 1, 1024),
  };
  assertFits(command);
  return command;
}

/** Everything about a command that can be known to be wrong before any file is opened. */
function assertFits({ method, reward, replay, humanPairs, from, samples, config: given }: TrainCommand): void {
  const word = wordOf(method);
  const traits = METHOD_TRAITS[method];
  const settings = RUN_CONFIG_SCHEMAS[method].parse(given);
  const unused = (option: string, why: string) => bad(`${word} ${why}; leave ${option} out.`);
  if (!(traits.tunings as readonly string[]).includes(settings.tuning))
    throw bad(`${word} cannot train with tuning=${settings.tuning}; choose one of ${traits.tunings.join(", ")}.`);
  if (settings.tuning === "full" && from)
    throw unused("--from", "with tuning=full changes the base itself: merge the adapter and train that base");
  if (samples > 0 && method === "PRETRAIN") throw unused("--samples", "learns from text and has no prompts to sample");
  if (samples > 0 && method === "REWARD") throw unused("--samples", "makes a model that scores and does not speak");
  if (samples > 0 && !["lora", "full"].includes(settings.tuning))
    throw unused("--samples", `with tuning=${settings.tuning} makes what llama.cpp cannot sample from`);
  if (replay && !("replay" in settings)) throw unused("--replay", "mixes no other data in");
  if (humanPairs && method !== "RLAIF") throw unused("--human-pairs", "has no judge whose pairs they could join");
  const scored = rewardsOf(method, given).some(({ kind }) => kind === "rewardModel");
  if (reward && !scored) throw unused("--reward", "as it is set up asks no reward model");
  if (scored && !reward)
    throw bad(
      `The rewards of ${word} name a reward model: give its adapter.safetensors with --reward, or other rewards with --config 'rewards=[…]'.`,
    );
}
