/** The trainer's expected failures: a code for programs and a sentence for people. */

export type TrainerErrorCode =
  | "BAD_ARGUMENT"
  | "BASE_MISMATCH"
  | "BAD_CONFIG"
  | "BAD_DATA"
  | "BAD_FILE"
  | "BAD_CHECKPOINT"
  | "FILE_MISSING"
  | "NO_EXAMPLES"
  | "OVER_LENGTH"
  | "REFERENCE_MISMATCH"
  | "TRAINING_DIVERGED";

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
