/** `npm run train`: trains an adapter from the command line, for people without the web service. */

import { GgufError } from "../server/gguf/format.ts";
import { parseCommand } from "./cli/arguments.ts";
import { HELP } from "./cli/help.ts";
import { jsonReporter, textReporter } from "./cli/progress.ts";
import { EngineError } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";

const EXIT = { failed: 1, badInput: 2, interrupted: 130 } as const;
/** The caller's doing, not the run's. */
const BAD_INPUT = new Set<string>([
  ...["BAD_ARGUMENT", "BAD_CONFIG", "BAD_DATA", "BAD_FILE", "BAD_CHECKPOINT"],
  ...["FILE_MISSING", "NO_EXAMPLES", "OVER_LENGTH"],
]);

class Interrupted extends Error {}

async function main(): Promise<number> {
  const command = parseCommand(process.argv.slice(2));
  if (command === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  const streams = { out: process.stdout, err: process.stderr };
  const reporter = command.json ? jsonReporter(streams) : textReporter(streams);
  const pause = new AbortController();
  const onSignal = () => {
    if (pause.signal.aborted) process.exit(EXIT.interrupted); // asked twice: now, without a resume point
    reporter.note("Stopping after this step; once more to stop at once.");
    pause.abort(new Interrupted("Interrupted; add --resume to go on."));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // Only now, because the engine behind it takes a second to load and a mistyped option should not wait for it.
  const { runTrainCommand } = await import("./cli/train-command.ts");
  await runTrainCommand(command, reporter, pause.signal);
  return 0;
}

/** One sentence for what the caller can mend; a stack for what only a developer can. */
function report(error: unknown): number {
  if (error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.interrupted;
  }
  if (error instanceof TrainerError || error instanceof GgufError || error instanceof EngineError) {
    process.stderr.write(`train: ${error.message}\n`);
    const bad = error instanceof GgufError || (error instanceof TrainerError && BAD_INPUT.has(error.code));
    return bad ? EXIT.badInput : EXIT.failed;
  }
  process.stderr.write(`train: unexpected failure\n${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.failed;
}

// Native threads of the engine and the tokenizer may outlive the work, so the process is ended by name.
main()
  .catch(report)
  .then((code) => process.exit(code));
