/** The distillation run: a stronger model answers the prompts, and its replies are imitated. Reads top to bottom. */

import { z } from "zod";
import type { RunConfig } from "../../server/domain/run-config.ts";
import type { TokenisedDialogue, TokenisedPrompt } from "../data/example.ts";
import { type ChatTokens, sequence } from "../data/tokenise.ts";
import { TrainerError } from "../errors.ts";
import { complete, type Endpoint, type Patience } from "../judge/endpoint.ts";
import { pooled } from "../rollout/pool.ts";
import { derivedSeed } from "../rollout/seed.ts";
import { type GatheringRun, gathered } from "./gather.ts";
import { assertExamples, type TrainedWeights } from "./run.ts";
import { trainSft } from "./sft.ts";

export interface DistilRun extends GatheringRun {
  prompts: readonly TokenisedPrompt[];
  teacher?: Endpoint;
  /** Makes tokens of the teacher's texts. */
  chat: ChatTokens;
  config: RunConfig<"DISTIL">;
  /** General data, against forgetting. */
  replay?: readonly TokenisedDialogue[];
  /** For tests. */
  patience?: Patience;
}

const answerSchema = z.object({ text: z.string(), ended: z.boolean() });

const PROMPTS_AT_ONCE = 16;
const QUESTIONS_AT_ONCE = 8;

/**
 * Asks the teacher for one reply to every prompt and trains an adapter to imitate them (sequence-level distillation, Kim & Rush
 * 2016). A reply that was cut at the limit does not teach to end there; empty and over-long ones are left out and counted
 * in the log.
 * @throws TrainerError ENDPOINT_MISSING, ENDPOINT_FAILED, NO_EXAMPLES, OVER_LENGTH where `overLong` says so, what `trainSft` throws
 */
export async function trainDistil(run: DistilRun): Promise<TrainedWeights> {
  const { prompts, teacher, replay, config, patience } = run;
  assertExamples(prompts.length, "prompts");
  if (!teacher)
    throw new TrainerError(
      "ENDPOINT_MISSING",
      "Distillation needs a teacher behind an OpenAI-compatible endpoint; set TEACHER_URL and TEACHER_MODEL and start again.",
    );
  const { maxTokens, temperature } = config;
  const gathering = { schema: answerSchema, what: "prompts", count: prompts.length, portion: PROMPTS_AT_ONCE };
  const ask = (index: number, signal: AbortSignal) => {
    const turns = prompts[index]!.prompt.map(({ role, content }) => ({ role, content }));
    const options = { maxTokens, temperature, seed: derivedSeed(run.seed, index) % 2 ** 31, signal };
    return complete(teacher, turns, options, patience);
  };
  const answers = await gathered(run, gathering, (from, to) =>
    pooled(to - from, QUESTIONS_AT_ONCE, (i, signal) => ask(from + i, signal), [run.cancel]),
  );
  const dialogues = answers.flatMap((answer, i) => dialogueOf(run, prompts[i]!, answer));
  if (dialogues.length < prompts.length)
    await run.log?.(
      `${prompts.length - dialogues.length} replies of the teacher were empty or too long and are left out.`,
    );
  return trainSft({ ...run, dialogues, replay, config });
}

/** The dialogue to imitate, or none. */
function dialogueOf(
  { chat, config, engine }: DistilRun,
  prompt: TokenisedPrompt,
  { text, ended }: z.output<typeof answerSchema>,
): TokenisedDialogue[] {
  if (text.trim() === "") return [];
  const words = Array.from(chat.text(text));
  const row = sequence(prompt.tokens, ended ? [...words, chat.endOfTurn] : words);
  const most = Math.min(config.maxLength, engine.config.contextLength);
  if (row.tokens.length <= most) return [{ sequence: row, weight: 1 }];
  if (config.overLong === "drop") return [];
  throw new TrainerError(
    "OVER_LENGTH",
    `${prompt.origin}: with the teacher's reply it is ${row.tokens.length} tokens long, at most ${most} are allowed; lower ` +
      "maxTokens, or set overLong=drop to leave such examples out.",
  );
}
