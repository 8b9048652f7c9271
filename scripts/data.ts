/** `npm run data -- import | export | convert | rebuild`: training data in and out on the command line, streamed at any size. */

import { parseArgs } from "node:util";
import { z } from "zod";
import { MigrationError } from "../prisma/migrate.ts";
import { DATA_KINDS } from "../server/domain/run-config.ts";
import { DATA_FORMATS } from "../server/domain/views.ts";
import { EnvError } from "../server/env.ts";
import { AppError } from "../server/errors.ts";
import { StartError } from "./start/report.mjs";

const HELP = `Training data in and out; docs/formats.md has a line of every format.

  npm run data -- import FILE --kind KIND [--format FORMAT] [--name NAME] [--skip-bad]
      Reads a file into a Dataset. Run again after it broke off, it goes on where it was.
  npm run data -- export DATASET [--format FORMAT] [--split TRAIN|HELDOUT] [--out FILE]
      Writes a Dataset, named by its id or the beginning of its hash; to standard output without --out.
  npm run data -- convert FILE --kind KIND --from FORMAT --to FORMAT [--out FILE] [--skip-bad]
      From one format to another, without a database.
  npm run data -- rebuild [--repair]
      Works every preference pair out again from the log of judgements and says where the stored ones differ.

Formats: ${DATA_FORMATS.join(", ")}. Kinds: ${DATA_KINDS.join(", ").toLowerCase()}.
Files that end in .gz are packed; packed files are known by their beginning. The database is the one at DATABASE_URL, or
Hone's own under HONE_HOME, which is started for as long as it takes where it is not running.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: "string" },
    format: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    name: { type: "string" },
    split: { type: "string" },
    out: { type: "string" },
    "skip-bad": { type: "boolean", default: false },
    repair: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const format = (text: string | undefined, otherwise?: "hone") => choice("format", DATA_FORMATS, text ?? otherwise);

/** @throws AppError BAD_ARGUMENT naming what there is to choose among */
function choice<T extends string>(what: string, among: readonly T[], text: string | undefined): T {
  const known = z.enum(among as [T, ...T[]]).safeParse(text);
  if (known.success) return known.data;
  throw new AppError("BAD_ARGUMENT", `Expected a ${what} among ${among.join(", ")}; found ${text ?? "none"}.`);
}

const kind = () => choice("kind", DATA_KINDS, values.kind?.toUpperCase());

function named(what: string): string {
  const [, value] = positionals;
  if (value === undefined) throw new AppError("BAD_ARGUMENT", `Expected ${what}, found none; --help has all commands.`);
  return value;
}

async function main(): Promise<void> {
  const [command] = positionals;
  const skipBad = values["skip-bad"];
  if (values.help || command === undefined) return void console.log(HELP);
  if (command === "convert") {
    const { convertFile } = await import("./data/convert.ts");
    const formats = { from: format(values.from), to: format(values.to) };
    return convertFile(named("a file"), { ...formats, kind: kind(), out: values.out, skipBad });
  }
  const { withDatabase } = await import("./data/database.ts");
  switch (command) {
    case "import": {
      const asked = { format: format(values.format, "hone"), kind: kind(), name: values.name, skipBad };
      const { importFile } = await import("./data/import.ts");
      return withDatabase((db) => importFile(db, named("a file"), asked));
    }
    case "export": {
      const split = values.split && choice("split", ["TRAIN", "HELDOUT"], values.split.toUpperCase());
      const asked = { format: format(values.format, "hone"), out: values.out, ...(split && { split }) };
      const { exportFile } = await import("./data/export.ts");
      return withDatabase((db) => exportFile(db, named("a Dataset's id or hash"), asked));
    }
    case "rebuild": {
      const { rebuild } = await import("./data/rebuild.ts");
      return withDatabase((db) => rebuild(db, values.repair));
    }
    default:
      throw new AppError("BAD_ARGUMENT", `Expected import, export, convert or rebuild; found "${command}".`);
  }
}

try {
  await main();
  process.exit(process.exitCode ?? 0);
} catch (error) {
  // What the caller can mend is a sentence; only what a developer must see has a stack.
  const known =
    error instanceof AppError ||
    error instanceof EnvError ||
    error instanceof StartError ||
    error instanceof MigrationError;
  console.error(known ? `data: ${error.message}` : error);
  process.exit(known ? 2 : 1);
}
