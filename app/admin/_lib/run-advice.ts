// Which advice goes with the code a run failed with.

export type Advice = "diverged" | "nothing" | "memory" | "reference" | "worker" | "config" | "file" | "base" | "other";

const BY_CODE: Readonly<Record<string, Advice>> = {
  TRAINING_DIVERGED: "diverged",
  NO_EXAMPLES: "nothing",
  BAD_DATA: "nothing",
  OVER_LENGTH: "nothing",
  ENGINE_REFUSED: "memory",
  REFERENCE_MISMATCH: "reference",
  BAD_CHECKPOINT: "reference",
  TRAINER_LOST: "worker",
  BAD_CONFIG: "config",
  BAD_FILE: "file",
  FILE_MISSING: "file",
  BASE_MISMATCH: "base",
};

export function adviceFor(code: string | null): Advice {
  return BY_CODE[code ?? ""] ?? "other";
}
