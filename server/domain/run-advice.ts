/** What somebody who knows would say about a run before it starts: pure rules, each with its reason. */

import { METHOD_TRAITS, type RunConfig, type TrainingMethod } from "./run-config.ts";
import { ADVICE_KEYS, type Advice, type AdviceKey } from "./views.ts";

export interface RunFacts {
  method: TrainingMethod;
  config: RunConfig;
  fromFeedback: boolean;
  train: number;
  heldOut: number;
  /** Of thumbs. */
  balance: { liked: number; disliked: number } | null;
  /** Of prompts: how many to train on have no answer that a reward could check. */
  withoutAnswer: number;
  /** What feedback gives now, for the other way to learn from it. */
  feedback: { pairs: number; thumbs: number };
  rewardModel: boolean;
  replay: boolean;
  endpoints: { judge: boolean; teacher: boolean };
  memoryBytes: number | null;
  machineBytes: number;
}

/** Fewer examples than this teach little: some dozens of pairs were the least that moved the starter. */
export const WANTED_EXAMPLES = 20;
/** Pairs that DPO wants before it is the better choice. */
const PAIRS_FOR_DPO = 20;
/** Thumbs that make up for missing pairs: KTO needs about twice as many examples, since each says half as much. */
const THUMBS_FOR_KTO = 40;
/** Beyond this ratio the rarer class is too thin for its weight to be trusted. */
const MOST_UNBALANCED = 10;
/** Other processes need theirs. */
const MEMORY_SHARE = 0.8;

/** Worst first; one `stop` keeps the run from starting. */
export function adviseRun(facts: RunFacts): Advice[] {
  const advice: Advice[] = [];
  const say = (level: Advice["level"], key: AdviceKey, numbers: Advice["numbers"] = {}) =>
    advice.push({ key, level, numbers });
  const { train, heldOut, balance, memoryBytes, machineBytes } = facts;

  if (train === 0) say("stop", "NOTHING");
  adviseTools(facts, say);
  adviseChoice(facts, say);
  if (balance && train > 0) {
    const { liked, disliked } = balance;
    // One class alone only pushes everything up or down: there is nothing to tell apart.
    if (liked === 0 || disliked === 0) say("hint", "ONE_CLASS", { liked, disliked });
    else if (Math.max(liked, disliked) > MOST_UNBALANCED * Math.min(liked, disliked))
      say("hint", "UNBALANCED", { liked, disliked });
  }
  const enough = train >= WANTED_EXAMPLES;
  if (train > 0 && !enough) say("hint", "FEW", { train, wanted: WANTED_EXAMPLES });
  if (enough && heldOut === 0) say("hint", "NO_HELD_OUT", { train });
  if (memoryBytes !== null && memoryBytes > MEMORY_SHARE * machineBytes)
    say("hint", "MUCH_MEMORY", { neededBytes: memoryBytes, machineBytes });
  if (facts.config.tuning === "full") say("hint", "WHOLE_MODEL");
  else if (facts.method === "REWARD" || facts.config.tuning !== "lora") say("hint", "NOT_SERVABLE");
  if (enough) say("good", "ENOUGH", { train });
  return advice.sort((a, b) => ADVICE_KEYS.indexOf(a.key) - ADVICE_KEYS.indexOf(b.key));
}

type Say = (level: Advice["level"], key: AdviceKey, numbers?: Advice["numbers"]) => void;

/** What the settings need and the run was not given. */
function adviseTools(facts: RunFacts, say: Say): void {
  const { method, config, withoutAnswer } = facts;
  const kinds = new Set("rewards" in config ? config.rewards.map(({ kind }) => kind) : []);
  if (kinds.has("rewardModel") && !facts.rewardModel) say("stop", "NO_REWARD_MODEL");
  const asksJudge = kinds.has("judge") || (method === "RLAIF" && "judge" in config && config.judge === "endpoint");
  if (asksJudge && !facts.endpoints.judge) say("stop", "NO_JUDGE");
  if (METHOD_TRAITS[method].endpoint === "always" && !facts.endpoints.teacher) say("stop", "NO_TEACHER");
  // A prompt without one would count every reply as wrong, so the run refuses them all.
  if ((kinds.has("exact") || kinds.has("number")) && withoutAnswer > 0)
    say("stop", "NO_ANSWERS", { without: withoutAnswer });
  if ("replay" in config && config.replay > 0 && !facts.replay) say("hint", "NO_REPLAY", { replay: config.replay });
}

/** Pairs say which of two replies is better, thumbs only that one is good or bad: with few pairs, many thumbs say more. */
function adviseChoice({ method, fromFeedback, feedback }: RunFacts, say: Say): void {
  if (!fromFeedback) return;
  const { pairs, thumbs } = feedback;
  const pairwise = ["DPO", "SIMPO", "ORPO"].includes(method);
  if (pairwise && pairs < PAIRS_FOR_DPO && thumbs >= THUMBS_FOR_KTO) say("hint", "PREFER_KTO", { pairs, thumbs });
  // A pair holds two thumbs, so from here on most of what people said is in pairs.
  if (method === "KTO" && pairs >= PAIRS_FOR_DPO && pairs >= thumbs / 2) say("hint", "PREFER_DPO", { pairs, thumbs });
}

/** The code and the sentence with which `create` refuses what a `stop` warns of. */
export const REFUSALS = {
  NOTHING: [
    "NOTHING_TO_TRAIN_ON",
    "There is nothing to train on yet: rate replies in the chat, or choose an uploaded Dataset.",
  ],
  NO_REWARD_MODEL: [
    "REWARD_MODEL_MISSING",
    "The rewards name a reward model and none is chosen; choose one, train one first (method REWARD), or take that reward out.",
  ],
  NO_JUDGE: [
    "ENDPOINT_MISSING",
    "This run asks a judge and none is configured; set JUDGE_URL and JUDGE_MODEL in .env and start again, or choose what needs no judge.",
  ],
  NO_TEACHER: [
    "ENDPOINT_MISSING",
    "Distillation asks a teacher and none is configured; set TEACHER_URL and TEACHER_MODEL in .env and start again.",
  ],
  NO_ANSWERS: [
    "ANSWERS_MISSING",
    'The rewards compare with an answer and not every prompt has one; give each an "answer" in an uploaded Dataset, or choose rewards that need none.',
  ],
} as const satisfies Partial<Record<AdviceKey, readonly [string, string]>>;
