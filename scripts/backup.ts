/** `npm run backup`: everything of this Hone as one file, while it runs or not. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BackupRecord, backupsSchema } from "../server/domain/views/system.ts";
import { ownVersion } from "../server/version.ts";
import { openPlace } from "./backup/place.ts";
import { makeBackup } from "./backup/write.ts";
import { runCommand } from "./command.ts";
import { progress } from "./data/progress.ts";
import { writePrivately } from "./supervisor/home.ts";

const HELP = `Backs this Hone up: its database as of one moment, adapters, resume points and secrets, as one tar file with the hash of everything.

  npm run backup [-- FILE] [--models]

Without FILE it is written to HONE_HOME/backups/hone-<time>.tar; a FILE that ends in "/" is the folder for it. Hone may run meanwhile. --models takes along the models that were
fetched by name. The file holds what people wrote and the secrets of this server: keep it as safe as the server, and elsewhere.`;

/** How many backups are remembered for the system page. */
const REMEMBERED = 50;

await runCommand("backup", async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { models: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) return console.log(HELP);
  const began = new Date();
  const place = await openPlace({ alone: false });
  const { home, url } = place;
  const name = `hone-${began.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-")}.tar`;
  const said = positionals[0] ?? path.join(home, "backups", path.sep);
  const file = path.resolve(/[/\\]$/.test(said) ? path.join(said, name) : said);
  let doing = "looking at what there is";
  const shown = progress(() => doing);
  try {
    const { manifest, bytes, sha256 } = await makeBackup({
      ...{ url, home, file, hone: ownVersion, now: began, models: values.models },
      say: (what) => {
        doing = what;
      },
    }).finally(() => shown.stop());
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const files = manifest.entries.filter((entry) => entry.name.startsWith("home/")).length;
    const seconds = (Date.now() - began.getTime()) / 1000;
    remember(home, { at: manifest.at, file, bytes, sha256, rows, files, missing: manifest.missing.length, seconds });
    console.log(`${file}
  ${manifest.tables.length} tables with ${rows} rows, and ${files} files, as of ${manifest.at}
  ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s, sha256 ${sha256}`);
    for (const missing of manifest.missing)
      console.log(`  ${missing}: the database speaks of it, and it is not in ${home} as it should be`);
  } finally {
    await place.close();
  }
});

function remember(home: string, record: BackupRecord): void {
  const file = path.join(home, "backups.json");
  let known: BackupRecord[] = [];
  try {
    known = backupsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // the first one, or a list that cannot be read and is begun anew
  }
  writePrivately(file, JSON.stringify([record, ...known].slice(0, REMEMBERED)));
}
