/** Runs a command to its exit status: what a person can mend is one sentence, only what a developer must see has a stack. */

import { EnvError } from "../server/env.ts";
import { explain, StartError } from "./start/report.mjs";

export async function runCommand(name: string, work: () => Promise<unknown>): Promise<never> {
  try {
    await work();
    process.exit(0);
  } catch (error) {
    const known = error instanceof EnvError ? error : explain(error);
    if (known instanceof StartError && known.code === "UNEXPECTED") {
      console.error(error);
      process.exit(1);
    }
    console.error(`${name}: ${known.message} [${known.code}]`);
    process.exit(2);
  }
}
