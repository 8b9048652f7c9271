/** `npm run restore`: brings back what `npm run backup` wrote, into an empty place or instead of what is there. */

import { parseArgs } from "node:util";
import { openPlace } from "./backup/place.ts";
import { verifyBackup } from "./backup/read.ts";
import { restoreBackup } from "./backup/restore.ts";
import { runCommand } from "./command.ts";
import { progress } from "./data/progress.ts";
import { StartError } from "./start/report.mjs";

const HELP = `Restores a backup into HONE_HOME and the database. Hone must not run.

  npm run restore -- FILE [--replace]
      Every byte of FILE is verified before anything is written. What is there already is refused, or thrown away with --replace.
  npm run restore -- FILE --verify
      Only verifies it, and touches nothing.

A backup of an older Hone is brought up to date on the way.`;

await runCommand("restore", async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      replace: { type: "boolean", default: false },
      verify: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [file] = positionals;
  if (file === undefined)
    throw new StartError("BAD_ARGUMENT", "Expected a backup file, found none; --help has the commands.");
  let doing = "verifying";
  const shown = progress(() => doing);
  const say = (what: string) => {
    doing = what;
  };
  if (values.verify) {
    const { at, tables, entries } = await verifyBackup(file, say).finally(() => shown.stop());
    return console.log(`${file} is whole: ${tables.length} tables and ${entries.length} entries as of ${at}`);
  }
  const place = await openPlace({ alone: true });
  try {
    const { url, home } = place;
    const manifest = await restoreBackup({ file, url, home, replace: values.replace, say }).finally(() => shown.stop());
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    console.log(`${home} holds ${manifest.tables.length} tables with ${rows} rows as of ${manifest.at}; start Hone.`);
    for (const { name, sha256 } of manifest.baseModels)
      console.log(`  Its adapters are for the base model ${name}, sha256 ${sha256}`);
  } finally {
    await place.close();
  }
});
