/** The one moment of a restore that cannot be undone: the database is the backup's and the files are still on their way. */

import { existsSync } from "node:fs";
import path from "node:path";
import { StartError } from "../start/report.mjs";

/** Files that were written beside while the database was still the old one; whatever lies there is of no use after a crash. */
export const besideOf = (home: string) => path.join(home, "restoring");
/** The same files from the moment on when the database is the new one, until all have their place. */
export const restoredOf = (home: string) => path.join(home, "restored");

/**
 * Nobody may start on rows of the backup with files of before.
 * @throws StartError RESTORE_UNFINISHED
 */
export function refuseUnfinishedRestore(home: string): void {
  if (!existsSync(restoredOf(home))) return;
  throw new StartError(
    "RESTORE_UNFINISHED",
    `A restore into ${home} was cut off behind its database and before its files. Finish it: run the same restore command once more, with --replace.`,
  );
}
