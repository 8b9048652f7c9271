/** The text of `npm run train -- --help`, of all methods and of one; settings and defaults come from the schemas. */

import { DATA_KINDS, METHOD_TRAITS, METHODS, type TrainingMethod } from "../../server/domain/run-config.ts";
import { dataKindOf, EXAMPLE_LINES } from "./data.ts";
import { ABOUT, wordOf } from "./methods.ts";
import { settingsOf } from "./settings.ts";

/** @param method whose settings are wanted; null explains the command */
export const help = (method: TrainingMethod | null): string => (method ? helpOf(method) : overview());

const overview = () => `Trains on a base model, without the web service.

  npm run train -- dpo --data pairs.jsonl --out out/
  npm run train -- grpo --data prompts.jsonl --out out/ --config 'rewards=[{"kind":"exact"}]'
  npm run train -- ppo --data prompts.jsonl --reward reward/adapter.safetensors --out out/

Methods (npm run train -- METHOD --help lists its settings; docs/methods.md tells when to use which)
${METHODS.map((method) => `  ${wordOf(method).padEnd(10)} ${ABOUT[method]}`).join("\n")}

Options
  --data FILE        what to train on, one JSON object per line; layouts below
  --out FOLDER       where everything goes
  --base FILE        base model, GGUF (default models/starter.gguf)
  --from FILE        adapter to go on from; without it a fresh one begins
  --config KEY=VALUE a setting, may be repeated; JSON where it is no plain word or number
  --reward FILE      reward model (adapter.safetensors) for methods that score replies
  --replay FILE      general dialogues (.jsonl) or plain text that is mixed in against forgetting
  --human-pairs FILE rlaif: pairs that people judged, for the judge to be compared with and, if asked, mixed in
  --samples N        shows replies to the first N prompts from before and after (default 0)
  --seed N           same seed, data and settings on a CPU: same weights, byte for byte (default 1)
  --resume           go on with the unfinished run in --out
  --overwrite        replace what is in --out
  --json             one JSON object per line on standard output, for programs
  --engine NAME      auto, onnx-cpu, onnx-webgpu, tfjs-node-gpu or tfjs-cpu (default auto)
  --quantised HOW    a Q8_0 base: keep its linear layers in 8 bits (QLoRA), expand them, or auto: by the free memory (default)
  --threads N        CPU threads (default 2)

Data, by kind. A prompt may also be a list of {"role", "content"} that ends with the user; "weight" (default 1) makes a line count
more or less.
${DATA_KINDS.map(layoutOf).join("\n")}

Rewards (--config 'rewards=[{"kind": …, "weight": 1}, …]'; a reply's reward is their weighted sum)
  exact, number      the reply, or what "extract" finds in it, equals the prompt's "answer"
  regex              it matches "pattern"            length   it has "min" to "max" tokens
  jsonSchema         it is JSON that fits "schema"   language "en" or "zh": share of its letters in that script
  rewardModel        the score of --reward           judge    the grade that JUDGE_MODEL at JUDGE_URL gives it

A judge (rlaif, the reward "judge") and a teacher (distil) are asked over OpenAI's protocol. Their addresses come from the
environment or .env only: JUDGE_URL, JUDGE_MODEL, JUDGE_API_KEY; TEACHER_URL, TEACHER_MODEL, TEACHER_API_KEY.

Written to --out
  adapter.gguf                                     LoRA, for llama.cpp, --from and npm run merge
  adapter.safetensors                              reward models and the other kinds, for --from, --reward and npm run score
  adapter_config.json, adapter_model.safetensors   the same for PEFT, where PEFT has such a kind
  model.gguf                                       tuning=full: the whole model
  metrics.jsonl                                    every step's figures
  run.json                                         settings, seed and hashes: all that is needed to do it again

Ctrl-C ends the run after the step under way and keeps a resume point. Exit codes: 0 done, 1 failed, 2 bad input,
130 interrupted.
`;

function layoutOf(kind: (typeof DATA_KINDS)[number]): string {
  const words = METHODS.filter((method) => dataKindOf(method) === kind).map(wordOf);
  return `  ${words.join(", ")}\n${EXAMPLE_LINES[kind].map((line) => `    ${line}`).join("\n")}`;
}

function helpOf(method: TrainingMethod): string {
  const { samples, tunings } = METHOD_TRAITS[method];
  const settings = settingsOf(method).map(({ name, meaning, usual }) => {
    const value = usual === null ? "" : ` (${usual})`;
    return `  ${name.padEnd(19)} ${meaning}${value}`;
  });
  return `${wordOf(method)}: ${ABOUT[method]}.

  npm run train -- ${wordOf(method)} --data ${dataKindOf(method).toLowerCase()}.jsonl --out out/

Data
${EXAMPLE_LINES[dataKindOf(method)].map((line) => `  ${line}`).join("\n")}

Settings (--config KEY=VALUE, with defaults)
${settings.join("\n")}

Tuning: ${tunings.join(", ")}${tunings.length > 1 ? "; llama.cpp serves lora and full" : ""}.${samples ? " It samples replies while it trains, from an inference process of its own." : ""}
npm run train -- --help has the options, rewards and exit codes.
`;
}
