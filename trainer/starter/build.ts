/** `npm run starter:build`: corpus → tokenizer → full-parameter training → models/starter.gguf, the same for the same seed. */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { BpeTokenizer } from "./bpe.ts";
import { writeStarter } from "./export.ts";
import { RECIPE, type Recipe, totalSteps } from "./recipe.ts";
import { learnTokenizer } from "./tokenizer.ts";
import { type Progress, trainStarter } from "./train.ts";

const USAGE = `Usage: npm run starter:build -- [options]
  --out <file>        GGUF to write (models/starter.gguf)
  --work <folder>     checkpoints and intermediate models (.hone/starter)
  --seed <n>          default ${RECIPE.seed}
  --steps <n>         steps before the finish, default ${RECIPE.steps}
  --threads <n>       default 2
A build that was cut short goes on from its last checkpoint when it is started again.`;

function options() {
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: "models/starter.gguf" },
      work: { type: "string", default: join(".hone", "starter") },
      seed: { type: "string", default: String(RECIPE.seed) },
      steps: { type: "string", default: String(RECIPE.steps) },
      threads: { type: "string", default: "2" },
      help: { type: "boolean", default: false },
    },
  });
  const whole = (name: "seed" | "steps" | "threads") => {
    const number = Number(values[name]);
    if (!Number.isInteger(number) || number < 1)
      throw new TypeError(`--${name} must be a whole number above 0, found "${values[name]}".`);
    return number;
  };
  return { ...values, seed: whole("seed"), steps: whole("steps"), threads: whole("threads") };
}

const line = ({ step, steps, loss, accuracy, gradNorm, learningRate, tokensPerSecond, etaMinutes, tokens }: Progress) =>
  `step ${step}/${steps}  loss ${loss.toFixed(4)}  right ${(accuracy * 100).toFixed(1)} %  gradient ${gradNorm.toFixed(2)}  ` +
  `rate ${learningRate.toExponential(2)}  ${Math.round(tokensPerSecond)} tokens/s  ${(tokens / 1e6).toFixed(2)}M tokens  ` +
  `${etaMinutes.toFixed(1)} minutes left`;

async function main(): Promise<void> {
  const { out, work, seed, steps, threads, help } = options();
  if (help) return console.log(USAGE);
  const recipe: Recipe = { ...RECIPE, seed, steps };
  mkdirSync(work, { recursive: true });
  const startedAt = performance.now();

  console.log(`Learning the tokenizer from the corpus of seed ${seed}.`);
  const bpe = learnTokenizer(seed);
  const { weights, tokens } = await trainStarter({
    recipe,
    tokenizer: new BpeTokenizer(bpe),
    threads,
    checkpointFolder: work,
    checkpointEverySteps: 200,
    onProgress: (progress) => console.log(line(progress)),
    onCheckpoint: (_step, current) => writeStarter(join(work, "latest.gguf"), bpe, current),
  });
  const file = writeStarter(out, bpe, weights);
  const minutes = (performance.now() - startedAt) / 60_000;
  console.log(`Wrote ${file.path}: ${file.sizeBytes} bytes, sha256 ${file.sha256}.`);
  console.log(
    `Trained on ${(tokens / 1e6).toFixed(2)}M tokens in ${totalSteps(recipe)} steps; this run took ${minutes.toFixed(1)} minutes.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
