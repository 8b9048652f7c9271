/** The training methods there are: what data each takes, what it makes, and how it may change the model. */

export const METHODS = [
  "SFT",
  "PRETRAIN",
  "BEST_OF_K",
  "DISTIL",
  "REWARD",
  "DPO",
  "SIMPO",
  "ORPO",
  "KTO",
  "PPO",
  "GRPO",
  "RLAIF",
] as const;
export type TrainingMethod = (typeof METHODS)[number];

/**
 * What a Dataset holds.
 * - `PAIRS`: a prompt, a chosen and a rejected reply · `RANKINGS`: a prompt and K replies with ranks
 * - `THUMBS`: a prompt, a reply and whether it was liked · `DIALOGUES`: a dialogue whose replies are imitated
 * - `PROMPTS`: prompts, with an answer where rewards check one · `TEXTS`: plain text
 */
export const DATA_KINDS = ["PAIRS", "RANKINGS", "THUMBS", "DIALOGUES", "PROMPTS", "TEXTS"] as const;
export type DataKind = (typeof DATA_KINDS)[number];

/** What is trained: a LoRA adapter, the whole model, or one of the other parameter-efficient kinds. */
export const TUNINGS = ["lora", "full", "prompt", "prefix", "bottleneck"] as const;
export type Tuning = (typeof TUNINGS)[number];

export interface MethodTraits {
  /** Kinds of data it can train on, the usual one first. */
  data: readonly DataKind[];
  /** Whether it samples replies while it trains (from a private inference process). */
  samples: boolean;
  /** Whether a reward model may, must or cannot be named. */
  rewardModel: "never" | "optional";
  /** Needs a teacher or judge behind an OpenAI-compatible endpoint, whose address only the environment sets. */
  endpoint: "never" | "optional" | "always";
  tunings: readonly Tuning[];
}

const ADAPTERS = ["lora", "prompt", "prefix", "bottleneck"] as const;
// Replies are sampled by llama.cpp, which applies LoRA adapters and no other kind.
const SAMPLED = ["lora"] as const;

export const METHOD_TRAITS = {
  SFT: { data: ["DIALOGUES"], samples: false, rewardModel: "never", endpoint: "never", tunings: TUNINGS },
  PRETRAIN: { data: ["TEXTS"], samples: false, rewardModel: "never", endpoint: "never", tunings: TUNINGS },
  BEST_OF_K: { data: ["PROMPTS"], samples: true, rewardModel: "optional", endpoint: "optional", tunings: SAMPLED },
  DISTIL: { data: ["PROMPTS"], samples: false, rewardModel: "never", endpoint: "always", tunings: ADAPTERS },
  REWARD: { data: ["PAIRS", "RANKINGS"], samples: false, rewardModel: "never", endpoint: "never", tunings: ADAPTERS },
  DPO: { data: ["PAIRS"], samples: false, rewardModel: "never", endpoint: "never", tunings: ADAPTERS },
  SIMPO: { data: ["PAIRS"], samples: false, rewardModel: "never", endpoint: "never", tunings: ADAPTERS },
  ORPO: { data: ["PAIRS"], samples: false, rewardModel: "never", endpoint: "never", tunings: ADAPTERS },
  KTO: { data: ["THUMBS"], samples: false, rewardModel: "never", endpoint: "never", tunings: ADAPTERS },
  PPO: { data: ["PROMPTS"], samples: true, rewardModel: "optional", endpoint: "optional", tunings: SAMPLED },
  GRPO: { data: ["PROMPTS"], samples: true, rewardModel: "optional", endpoint: "optional", tunings: SAMPLED },
  RLAIF: { data: ["PROMPTS"], samples: true, rewardModel: "never", endpoint: "optional", tunings: SAMPLED },
} as const satisfies Record<TrainingMethod, MethodTraits>;
