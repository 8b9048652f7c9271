// Which advice goes with the code a run failed with.

export const ADVICE = ["diverged", "nothing", "memory", "reference", "worker", "adapter", "other"] as const;
export type Advice = (typeof ADVICE)[number];

const BY_CODE: Readonly<Record<string, Advice>> = {
  TRAINING_DIVERGED: "diverged",
  NO_EXAMPLES: "nothing",
  NOTHING_TO_TRAIN_ON: "nothing",
  OVER_LONG: "memory",
  OUT_OF_MEMORY: "memory",
  REFERENCE_MISMATCH: "reference",
  ATTEMPTS_EXHAUSTED: "worker",
  TRAINER_LOST: "worker",
  BASE_MISMATCH: "adapter",
  ADAPTER_MISSING: "adapter",
  ADAPTER_REFUSED: "adapter",
};

export function adviceFor(code: string | null): Advice {
  return BY_CODE[code ?? ""] ?? "other";
}
