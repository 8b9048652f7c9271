/** One logger per process: a JSON object per line on stderr, with the ids of what is being done, secrets left out. */

import pino, { type Logger } from "pino";
import { currentIds } from "./log-ids.ts";

/** Paths whose values never reach a log line. */
const SECRET = ["password", "secret", "key", "authorization", "cookie", "*.password", "*.secret", "*.authorization"];

let root: Logger | undefined;

/** The logger of a part of the program, such as "web" or "generation". */
export function logger(part: string): Logger {
  // Made at the first use: LOG_LEVEL is read from the running process, not from the build.
  root ??= pino(
    {
      level: process.env.LOG_LEVEL || "info",
      redact: { paths: SECRET, censor: "(left out)" },
      base: undefined,
      mixin: currentIds,
    },
    pino.destination({ fd: 2, sync: true }),
  );
  return root.child({ part });
}
