/** The frame of every program on the command line: one sentence for what went wrong, and an exit code that tells whose doing it was. */

import { EnvError } from "../../server/env.ts";
import { GgufError } from "../../server/gguf/format.ts";
import { EngineError } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";

const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;
/** The caller's doing, not the run's. */
const BAD_INPUT = new Set<string>([
  ...["BAD_ARGUMENT", "BAD_CONFIG", "BAD_DATA", "BAD_FILE", "BAD_CHECKPOINT", "BASE_MISMATCH"],
  ...["FILE_MISSING", "NO_EXAMPLES", "OVER_LENGTH"],
]);

/** The user asked to stop; what was done so far can be gone on with. */
export class Interrupted extends Error {}

/** Runs `main`, reports how it failed under `name`, and ends the process. */
export async function runProgram(name: string, main: () => Promise<void>): Promise<never> {
  // Native threads of the engine and the tokenizer may outlive the work, so the process is ended by name.
  process.exit(
    await main().then(
      () => EXIT.done,
      (error: unknown) => report(name, error),
    ),
  );
}

/** Ends the process at once, because it was asked to twice. */
export const exitInterrupted = (): never => process.exit(EXIT.interrupted);

/** One sentence for what the caller can mend; a stack for what only a developer can. */
function report(name: string, error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.interrupted;
  }
  const refused = error instanceof GgufError || error instanceof EnvError;
  if (refused || error instanceof TrainerError || error instanceof EngineError) {
    process.stderr.write(`${name}: ${error.message}\n`);
    return refused || (error instanceof TrainerError && BAD_INPUT.has(error.code)) ? EXIT.badInput : EXIT.failed;
  }
  process.stderr.write(`${name}: unexpected failure\n${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.failed;
}
