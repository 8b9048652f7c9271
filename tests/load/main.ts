// The load tests: fills a database with half a year's data, then measures what the product promises about it.
//   npm run load -- seed --database-url postgresql://…     adds the data to a migrated database with a live base
import { parseArgs } from "node:util";
import { FULL_SIZE, seedLoad } from "./seed.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { "database-url": { type: "string" }, conversations: { type: "string" } },
});

async function seedCommand(url: string): Promise<void> {
  const report = await seedLoad(url, {
    ...FULL_SIZE,
    ...(values.conversations && { conversations: Number(values.conversations) }),
  });
  for (const { name, rows, seconds } of report.steps)
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}: ${rows}`);
  console.log(`${report.messages} messages and ${report.pairs} pairs in ${report.seconds.toFixed(1)} s.`);
}

const [command] = positionals;
const url = values["database-url"] ?? process.env.DATABASE_URL;
if (command === "seed" && url) await seedCommand(url);
else {
  console.error("Usage: npm run load -- seed --database-url postgresql://…");
  process.exitCode = 2;
}
