/** The trainer's expected failures: a code for programs, known to the pages too, and a sentence for people. */

import type { ErrorCode } from "../server/errors.ts";

export type TrainerErrorCode = Extract<
  ErrorCode,
  | "BAD_ARGUMENT"
  | "BASE_MISMATCH"
  | "BAD_CONFIG"
  | "BAD_DATA"
  | "BAD_FILE"
  | "BAD_CHECKPOINT"
  | "FILE_MISSING"
  | "NO_EXAMPLES"
  | "CHECK_TOO_LONG"
  | "OVER_LENGTH"
  | "REFERENCE_MISMATCH"
  | "TRAINING_DIVERGED"
  | "NOTHING_TO_COMPARE"
  | "SAMPLING_FAILED"
  | "ENDPOINT_MISSING"
  | "ENDPOINT_FAILED"
  | "REWARD_MODEL_MISSING"
  | "ANSWERS_MISSING"
  | "TUNING_REFUSED"
>;

/** Says what was expected, what was found and what to do; never a stack for the user to read. */
export class TrainerError extends Error {
  override readonly name = "TrainerError";
  constructor(
    readonly code: TrainerErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
