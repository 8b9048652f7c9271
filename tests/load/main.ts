// The load tests: a database with half a year's data, and what the product promises about it, measured over HTTP.
import os from "node:os";
import { parseArgs } from "node:util";
import { loadFeedback } from "./feedback.ts";
import { describe, Verdicts } from "./figures.ts";
import { loadPages } from "./pages.ts";
import { FULL_SIZE, type SeedReport, seedLoad } from "./seed.ts";
import { openLoadWorld } from "./world.ts";

const HELP = `npm run load                 everything below, on a PostgreSQL and a Hone of its own
npm run load -- feedback     300 thumbs a second for 60 s: p95 at most 150 ms, every acknowledged one in the database
npm run load -- pages        the queries of every page with 1,000,000 messages and 100,000 pairs: p95 at most 300 ms, lineage 1 s,
                             and no big table read from end to end
npm run load -- seed         only fills the database at --database-url, on which Hone was started before

--home DIR            keeps the filled data folder there, and uses it again
--conversations N     less data, a multiple of 5; default ${FULL_SIZE.conversations}, with 20 messages and 2 pairs each
--per-second N        thumbs; default 300
--seconds N           of thumbs; default 60
--page TEXT           only pages whose name has this text
--help                this`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "database-url": { type: "string" },
    home: { type: "string" },
    conversations: { type: "string", default: String(FULL_SIZE.conversations) },
    "per-second": { type: "string", default: "300" },
    seconds: { type: "string", default: "60" },
    page: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const FEEDBACK_LIMIT_MS = 150;
const size = { ...FULL_SIZE, conversations: Number(values.conversations) };
const verdicts = new Verdicts();

function showSeeding({ steps, messages, pairs, seconds }: SeedReport): void {
  for (const { name, rows, seconds } of steps) console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}: ${rows}`);
  console.log(`${messages} messages and ${pairs} pairs in ${seconds.toFixed(1)} s.`);
}

async function feedback(url: string, databaseUrl: string): Promise<void> {
  const load = { perSecond: Number(values["per-second"]), seconds: Number(values.seconds) };
  const result = await loadFeedback(url, databaseUrl, load);
  const rate = `${(result.sent / result.seconds).toFixed(0)} thumbs/s for ${result.seconds.toFixed(1)} s`;
  const { times, acknowledged, sent, lost, refused } = result;
  verdicts.say(`${rate}, p95 ≤ ${FEEDBACK_LIMIT_MS} ms`, times.p95 <= FEEDBACK_LIMIT_MS, describe(times));
  verdicts.say(
    "every thumb acknowledged",
    acknowledged === sent,
    `${acknowledged} of ${sent} ${JSON.stringify(refused)}`,
  );
  verdicts.say("every acknowledged thumb in the database and in the log", lost === 0, `${lost} lost`);
}

async function pages(url: string, databaseUrl: string): Promise<void> {
  for (const { page, limitMs, times, scans, error } of await loadPages(url, databaseUrl, values.page)) {
    const kept = error === null && times.p95 <= limitMs && scans.length === 0;
    const read = scans.length > 0 ? `; reads through ${scans.join(", ")}` : "";
    verdicts.say(`${page}, p95 ≤ ${limitMs} ms`, kept, error ?? `${describe(times)}${read}`);
  }
}

async function measure(parts: readonly string[]): Promise<void> {
  const [cpu] = os.cpus();
  console.log(
    `${os.cpus().length} × ${cpu?.model}, ${(os.totalmem() / 2 ** 30).toFixed(0)} GB, Node ${process.version}`,
  );
  const world = await openLoadWorld({ home: values.home, size }, (sentence) => console.log(sentence));
  try {
    if (world.seeded) showSeeding(world.seeded);
    console.log(`Load of the machine before it begins: ${os.loadavg()[0]?.toFixed(1)}`);
    if (parts.includes("pages")) await pages(world.url, world.databaseUrl);
    if (parts.includes("feedback")) await feedback(world.url, world.databaseUrl);
  } finally {
    await world.close();
  }
}

const [command] = positionals;
const databaseUrl = values["database-url"];
if (values.help) console.log(HELP);
else if (command === "seed" && databaseUrl) showSeeding(await seedLoad(databaseUrl, size));
else if (command === undefined) await measure(["pages", "feedback"]);
else if (command === "feedback" || command === "pages") await measure([command]);
else {
  console.error(HELP);
  process.exitCode = 2;
}
if (verdicts.failed > 0) {
  console.log(`${verdicts.failed} limits were missed.`);
  process.exitCode = 1;
}
