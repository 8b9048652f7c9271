/** `npm run train`: trains from the command line, for people without the web service. */

import { parseCommand } from "./cli/arguments.ts";
import { help } from "./cli/help.ts";
import { exitInterrupted, Interrupted, runProgram } from "./cli/program.ts";
import { jsonReporter, textReporter } from "./cli/progress.ts";

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  if ("help" in command) return void process.stdout.write(help(command.help));
  const streams = { out: process.stdout, err: process.stderr };
  const reporter = command.json ? jsonReporter(streams) : textReporter(streams);
  const pause = new AbortController();
  const onSignal = () => {
    if (pause.signal.aborted) exitInterrupted(); // asked twice: now, without a resume point
    reporter.note("Stopping after this step; once more to stop at once.");
    pause.abort(new Interrupted("Interrupted; add --resume to go on."));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  // Only now, because the engine behind it takes a second to load and a mistyped option should not wait for it.
  const { runTrainCommand } = await import("./cli/train-command.ts");
  await runTrainCommand(command, reporter, pause.signal);
}

await runProgram("train", main);
