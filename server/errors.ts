/** Failures that are expected: one list of codes, one map to HTTP, one error class that carries a code and a sentence. */

/** Every code a caller may meet, with its HTTP status. The pages translate codes; the sentence is for logs and the API. */
export const ERROR_STATUS = {
  INVALID_INPUT: 400,
  CONTEXT_OVERFLOW: 400,
  NOTHING_TO_TRAIN_ON: 400,
  BAD_CRON: 400,
  BAD_TIME_ZONE: 400,
  BAD_PIPELINE: 400,
  BAD_LINES: 400,
  WRONG_DATA_KIND: 400,
  TUNING_REFUSED: 400,
  REWARD_MODEL_MISSING: 400,
  REWARD_MODEL_REFUSED: 400,
  ANSWERS_MISSING: 400,
  ENDPOINT_MISSING: 400,
  DATASET_ERASED: 400,
  WRONG_CONFIRMATION: 400,
  WRONG_PASSWORD: 400,
  WEBHOOK_REFUSED: 400,
  INVITE_CLOSED: 403,
  RESET_CLOSED: 403,
  UNAUTHORIZED: 401,
  API_KEY_EXPIRED: 401,
  FORBIDDEN: 403,
  SIGN_UP_CLOSED: 403,
  CROSS_ORIGIN: 403,
  FRESH_SIGN_IN_NEEDED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  EMAIL_TAKEN: 409,
  LAST_ADMIN: 409,
  REPLY_NOT_READY: 409,
  REPLY_RUNNING: 409,
  ILLEGAL_STATE: 409,
  SCHEDULE_NAME_TAKEN: 409,
  LEASE_EXPIRED: 409,
  COMPARISON_CLOSED: 409,
  NOTHING_TO_UNDO: 409,
  OPTED_OUT: 409,
  NOTHING_TO_ROLL_BACK_TO: 409,
  BASE_MISMATCH: 409,
  ADAPTER_MISSING: 409,
  ADAPTER_REFUSED: 409,
  NOT_SERVABLE: 409,
  GATE_REQUIRED: 409,
  GATE_RUNNING: 409,
  DEPLOYMENT_FROZEN: 409,
  CANARY_RUNNING: 409,
  TOO_MANY_ARMS: 409,
  RATE_LIMITED: 429,
  QUEUE_FULL: 429,
  INTERNAL: 500,
  TRAINER_LOST: 500,
  NOT_IMPLEMENTED: 501,
  INFERENCE_FAILED: 502,
  INFERENCE_LOST: 502,
  GENERATOR_LOST: 502,
  INFERENCE_UNAVAILABLE: 503,
  DISK_FULL: 507,
  // How a Run may fail; its page translates them as well.
  BAD_ARGUMENT: 400,
  BAD_CONFIG: 400,
  BAD_DATA: 400,
  BAD_FILE: 400,
  FILE_MISSING: 400,
  MODEL_REFUSED: 400,
  NO_EXAMPLES: 400,
  CHECK_TOO_LONG: 400,
  OVER_LENGTH: 400,
  BAD_CHECKPOINT: 409,
  REFERENCE_MISMATCH: 500,
  TRAINING_DIVERGED: 500,
  ENGINE_REFUSED: 500,
  NOTHING_TO_COMPARE: 400,
  BUDGET_SPENT: 409,
  SAMPLING_FAILED: 502,
  ENDPOINT_FAILED: 502,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** An expected failure. Its message says what was expected, what was found and what to do; it may be shown to the caller. */
export class AppError extends Error {
  override readonly name = "AppError";

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown; retryAfterSeconds?: number },
  ) {
    super(message, { cause: options?.cause });
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }

  /** How long to wait before the same call can work; only with RATE_LIMITED and QUEUE_FULL. */
  readonly retryAfterSeconds: number | undefined;

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === "string" && code in ERROR_STATUS;

/** The answer to an id that does not exist and to one that belongs to somebody else: the two must look alike. */
export const notFound = (what: string) =>
  new AppError("NOT_FOUND", `No such ${what}, or it is not yours; go back to the list and choose again.`);

/** The AppError in an error or among its causes; a full disk is one, wherever it showed. */
export function appErrorOf(error: unknown): AppError | undefined {
  const chain = causesOf(error);
  const known = chain.find((cause) => cause instanceof AppError);
  // Only then, since an error of ours may quote what people wrote.
  const full = known ? undefined : chain.find(isDiskFull);
  return full ? new AppError("DISK_FULL", DISK_FULL, { cause: full }) : known;
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) chain.push(cause);
  return chain;
}

const DISK_FULL =
  "The disk of this server is full; free some space and try again. What was stored before is untouched.";

/** The system's own words for ENOSPC: Node and PostgreSQL both pass them on, and the code only Node does. */
const isDiskFull = (error: Error): boolean => /no space left on device/i.test(error.message);

/** Whether whoever runs the server must read of it in the log: what nobody expected, and what only they can mend. */
export const isForTheLog = (code: ErrorCode = "INTERNAL"): boolean => code === "INTERNAL" || code === "DISK_FULL";
