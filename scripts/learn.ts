/** `npm run learn -- <method>`: trains the starter on data with a known right answer and prints what changed on held-out prompts. */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { learnDpo } from "./learn/dpo.ts";
import { learnGrpo } from "./learn/grpo.ts";
import { learnKto } from "./learn/kto.ts";
import { learnPpo } from "./learn/ppo.ts";
import { learnReward } from "./learn/reward.ts";
import { learnSft } from "./learn/sft.ts";
import type { Experiment, Outcome } from "./learn/shared.ts";

const EXPERIMENTS: Record<string, (experiment: Experiment) => Promise<Outcome>> = {
  sft: (experiment) => learnSft(experiment),
  reward: learnReward,
  dpo: learnDpo,
  kto: learnKto,
  ppo: learnPpo,
  grpo: learnGrpo,
  lora: (experiment) => learnSft(experiment, "signs"),
  full: (experiment) => learnSft(experiment, "signs", "full"),
  prompt: (experiment) => learnSft(experiment, "signs", "prompt"),
  prefix: (experiment) => learnSft(experiment, "signs", "prefix"),
  bottleneck: (experiment) => learnSft(experiment, "signs", "bottleneck"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    threads: { type: "string", default: "1" },
    quick: { type: "boolean", default: false },
    /** As JSON, e.g. '{"learningRate":0.001}'. */
    settings: { type: "string" },
  },
});
const [name = ""] = positionals;
const learn = EXPERIMENTS[name];
if (!learn) {
  console.error(`Expected one of ${Object.keys(EXPERIMENTS).join(", ")}, found "${name}".`);
  process.exit(1);
}

const seed = Number(values.seed);
const outcome = await learn({
  seed,
  threads: Number(values.threads),
  quick: values.quick,
  settings: values.settings ? JSON.parse(values.settings) : undefined,
  onStep: ({ step, totalSteps, metrics }) => {
    if (step === 1 || step === totalSteps || step % 20 === 0)
      console.error(`step ${step} of ${totalSteps}: ${figuresOf(metrics)}`);
  },
});
console.log(`${outcome.method}, seed ${seed}, ${outcome.data}.`);
for (const { name, before, after } of outcome.figures)
  console.log(`  ${name}: ${before.toFixed(3)} before, ${after.toFixed(3)} after`);
console.log(
  `  ${outcome.steps} steps in ${(outcome.seconds / 60).toFixed(1)} minutes, ${values.threads} thread(s) of ${cpus()[0]?.model ?? "an unknown CPU"}`,
);

function figuresOf(metrics: Readonly<Record<string, number>>): string {
  return Object.entries(metrics)
    .map(([key, value]) => `${key} ${Number(value.toPrecision(4))}`)
    .join(", ");
}
