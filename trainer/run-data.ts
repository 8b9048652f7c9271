/** A claimed Run's Datasets as the methods, the evaluation and the sample replies take them. */

import { z } from "zod";
import type { LineContents } from "../server/domain/dataset-lines.ts";
import type { ClaimedRun } from "../server/domain/run.ts";
import { type DataKind, type RunConfig, storedRunConfig, type TrainingMethod } from "../server/domain/run-config.ts";
import type { ChatMessage } from "../server/gguf/chat-template.ts";
import type { Tokenizer } from "../server/gguf/tokenizer.ts";
import type {
  DialogueExample,
  PreferenceExample,
  RankingExample,
  TokenisedDialogue,
  TokenisedPrompt,
} from "./data/example.ts";
import { type ChatTokens, chatTokens } from "./data/tokenise.ts";
import { TrainerError } from "./errors.ts";
import { planData, type Sources } from "./plan.ts";
import type { TrainingPlan } from "./train.ts";

/** An example of a Dataset with the side it fell on. */
export interface StoredExample {
  split: "TRAIN" | "HELDOUT";
  weight: number;
  content: LineContents[DataKind];
}

/** Reads the examples of a Dataset in their frozen order. */
export type ReadExamples = (dataset: { id: string; kind: DataKind }) => AsyncIterable<StoredExample>;

export interface RunData {
  plan: TrainingPlan;
  /** What is measured on at the end, tokenised as the plan's own examples. */
  heldOut: TrainingPlan;
  /** General data that was kept from the replay, to see what is forgotten. */
  general: readonly TokenisedDialogue[];
  /** Prompts to which replies are shown and measured, held-out ones first; each once. */
  prompts: TokenisedPrompt[];
  /** Longest reply to them. */
  shownTokens: number;
  chat: ChatTokens;
  /** Examples left out for their length, on either side. */
  dropped: number;
}

/** Prompts to which replies are sampled at the end of a run: enough for a mean, few enough for some seconds. */
const MOST_PROMPTS = 16;

/**
 * Tokenises a Run's data.
 * @param contextLength of the base; with the settings' `maxLength` it bounds prompt + reply
 * @throws TrainerError BAD_CONFIG when the stored settings are not of the method's current version
 */
export async function prepareRunData(
  run: ClaimedRun["run"],
  read: ReadExamples,
  tokenizer: Pick<Tokenizer, "renderChat" | "encode" | "endOfTurnId" | "eosId">,
  contextLength: number,
): Promise<RunData> {
  const { method } = run;
  const config = stored(() => storedRunConfig(method, run.config));
  const own = await sidesOf(method, run.dataset, read);
  const replay = run.replay && (await sidesOf("SFT", run.replay, read));
  const human = run.humanPairs && (await sidesOf("DPO", run.humanPairs, read));
  const plan = (sources: Sources, settings: RunConfig = config) => {
    const { data, dropped } = planData(method, settings, sources, tokenizer, contextLength);
    return { plan: { method, config, ...data } as TrainingPlan, dropped };
  };
  const train = plan({
    ...own.TRAIN,
    ...(replay && { replay: general(replay.TRAIN) }),
    ...(human && { PAIRS: human.TRAIN.PAIRS }),
  });
  const heldOut = plan(own.HELDOUT, { ...config, overLong: "drop" });
  const kept = replay && plan({ replay: general(replay.HELDOUT) }, { ...config, overLong: "drop" }).plan;
  const chat = chatTokens(tokenizer);
  const limit = Math.min(config.maxLength, contextLength);
  const shownTokens = Math.min("maxTokens" in config ? config.maxTokens : SHOWN_TOKENS, Math.floor(limit / 2));
  return {
    plan: train.plan,
    heldOut: heldOut.plan,
    general: (kept && "replay" in kept && kept.replay) || [],
    prompts: distinctPrompts(own)
      .map((example) => ({ ...example, tokens: Int32Array.from(chat.prompt(example.prompt)) }))
      .filter(({ tokens }) => tokens.length + shownTokens <= limit)
      .slice(0, MOST_PROMPTS),
    shownTokens,
    chat,
    dropped: train.dropped + heldOut.dropped,
  };
}

/** Where the settings do not say how long replies are. */
const SHOWN_TOKENS = 128;

type Sides = Record<StoredExample["split"], Sources>;

/** The examples of a Dataset by side, as the kind that the method takes. */
async function sidesOf(
  method: TrainingMethod,
  dataset: { id: string; kind: DataKind },
  read: ReadExamples,
): Promise<Sides> {
  const sides = { TRAIN: [] as Example[], HELDOUT: [] as Example[] };
  let ordinal = 0;
  for await (const { split, weight, content } of read(dataset)) {
    const weighed = "weight" in content ? { ...content, weight } : content;
    sides[split].push(fitting(method, { ...weighed, origin: `example ${++ordinal} of the dataset` } as Example));
  }
  const kind = fittingKind(method, dataset.kind);
  return { TRAIN: { [kind]: sides.TRAIN }, HELDOUT: { [kind]: sides.HELDOUT } };
}

type Example = LineContents[DataKind] & { origin: string };

/** SFT imitates the chosen replies of pairs, and a reward model takes a pair as a ranking of two. */
function fittingKind(method: TrainingMethod, kind: DataKind): DataKind {
  if (kind !== "PAIRS") return kind;
  return method === "SFT" ? "DIALOGUES" : method === "REWARD" ? "RANKINGS" : kind;
}

function fitting(method: TrainingMethod, example: Example): Example {
  if (!("chosen" in example)) return example;
  const { prompt, chosen, rejected, weight, margin, origin } = example;
  if (method === "SFT") return { prompt, completion: chosen, weight, origin } satisfies DialogueExample;
  if (method !== "REWARD") return example satisfies PreferenceExample;
  const replies = [
    { ...chosen, rank: 1 },
    { ...rejected, rank: 2 },
  ];
  return { prompt, replies, weight, origin, ...(margin !== undefined && { margin }) } satisfies RankingExample;
}

const general = ({ TEXTS, DIALOGUES = [] }: Sources): NonNullable<Sources["replay"]> =>
  TEXTS ? { TEXTS } : { DIALOGUES };

function stored<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const why = cause instanceof z.ZodError ? cause.issues.map(({ message }) => message).join("; ") : String(cause);
    throw new TrainerError("BAD_CONFIG", `The run's stored settings cannot be read (${why}); start a new run.`, {
      cause,
    });
  }
}

type Prompted = { prompt: readonly ChatMessage[]; answer: string | null; origin: string };

function distinctPrompts({ HELDOUT, TRAIN }: Sides): Prompted[] {
  const byText = new Map<string, Prompted>();
  for (const example of [...Object.values(HELDOUT), ...Object.values(TRAIN)].flat() as Example[]) {
    if (!("prompt" in example)) continue;
    const { prompt, origin } = example;
    const key = JSON.stringify(prompt.map((turn) => [turn.role, turn.content]));
    const answer = "answer" in example ? example.answer : null;
    if (!byText.has(key)) byText.set(key, { prompt, answer, origin });
  }
  return [...byText.values()];
}
