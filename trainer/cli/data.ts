/** The data layouts by example, and the reading of what a train command names. */

import { type DataKind, METHOD_TRAITS, type TrainingMethod } from "../../server/domain/run-config.ts";
import { readExamples } from "../data/jsonl.ts";
import { TrainerError } from "../errors.ts";
import type { Sources } from "../plan.ts";
import type { TrainCommand } from "./arguments.ts";
import { rewardsOf } from "./config-values.ts";

/** One line of a file of each kind. Keys that are not named are ignored. */
export const EXAMPLE_LINES: Record<DataKind, readonly string[]> = {
  PAIRS: ['{"prompt": "Hi", "chosen": "Hello!", "rejected": "What?"}'],
  RANKINGS: [
    '{"prompt": "Hi", "replies": [{"content": "Hello!", "rank": 1}, {"content": "Yes?", "rank": 2}, {"content": "What?", "rank": 3}]}',
    '{"prompt": "Hi", "chosen": "Hello!", "rejected": "What?", "margin": 1}',
  ],
  THUMBS: ['{"prompt": "Hi", "completion": "Hello!", "label": true}'],
  DIALOGUES: [
    '{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}',
    '{"prompt": "Hi", "completion": "Hello!"}',
  ],
  PROMPTS: ['{"prompt": "What is 12 + 30?", "answer": "42"}'],
  TEXTS: ['{"text": "Once upon a time there was a fox."}'],
};

/** The kind of file `--data` is; a reward model's rankings may be pairs. */
export const dataKindOf = (method: TrainingMethod): DataKind =>
  method === "REWARD" ? "RANKINGS" : METHOD_TRAITS[method].data[0];

/**
 * Reads every file the command names.
 * @throws TrainerError FILE_MISSING, NO_EXAMPLES or BAD_DATA naming file and line
 */
export async function readSources({ method, data, replay, humanPairs, config }: TrainCommand): Promise<Sources> {
  const kind = dataKindOf(method);
  const sources: Sources = { [kind]: await readExamples(kind, data) };
  const answers = rewardsOf(method, config).some(({ kind }) => kind === "exact" || kind === "number");
  const without = answers && sources.PROMPTS?.find(({ answer }) => answer === null);
  if (without)
    throw new TrainerError(
      "BAD_DATA",
      `${data}, ${without.origin}: the rewards compare replies with an answer, and this prompt has none; add "answer".`,
    );
  if (humanPairs) sources.PAIRS = await readExamples("PAIRS", humanPairs);
  if (replay)
    sources.replay = /\.jsonl?$/i.test(replay)
      ? { DIALOGUES: await readExamples("DIALOGUES", replay) }
      : { TEXTS: await readExamples("TEXTS", replay) };
  return sources;
}
