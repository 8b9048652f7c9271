// The plans that PostgreSQL makes for the queries of a piece of work, to see whether it reads a big table through.
import { AsyncLocalStorage } from "node:async_hooks";
import pg from "pg";

export interface RecordedQuery {
  text: string;
  values: unknown[];
}

const recording = new AsyncLocalStorage<RecordedQuery[]>();
let listening = false;

/** Prisma's driver and every direct use of pg go through here. */
function listen(): void {
  if (listening) return;
  listening = true;
  const query = pg.Client.prototype.query as (...given: unknown[]) => unknown;
  pg.Client.prototype.query = function record(this: pg.Client, ...given: unknown[]) {
    const [config, values] = given as [string | RecordedQuery, unknown[] | undefined];
    const text = typeof config === "string" ? config : config.text;
    recording.getStore()?.push({ text, values: (typeof config === "string" ? values : config.values) ?? [] });
    return query.apply(this, given);
  } as typeof pg.Client.prototype.query;
}

/** Does the work and returns the reading queries that it asked, each text once. */
export async function queriesOf(work: () => Promise<unknown>): Promise<RecordedQuery[]> {
  listen();
  const queries: RecordedQuery[] = [];
  await recording.run(queries, work);
  const reading = queries.filter(
    ({ text }) => /^\s*(SELECT|WITH)\b/i.test(text) && !/\b(FOR UPDATE|INSERT|DELETE|set_config)\b/.test(text),
  );
  return [...new Map(reading.map((query) => [query.text, query])).values()];
}

interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

/**
 * Tables among `big` that PostgreSQL would read from end to end for the query.
 * @param indexesOnly sets the price of doing so sky-high, so that it is done only where no index would help: for databases with
 * few rows, which it reads through anyway
 */
export async function scansOf(
  client: pg.Client,
  { text, values }: RecordedQuery,
  big: readonly string[],
  { indexesOnly }: { indexesOnly: boolean },
): Promise<string[]> {
  await client.query(`SET enable_seqscan = ${indexesOnly ? "off" : "on"}`);
  const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(`EXPLAIN (FORMAT JSON) ${text}`, values);
  const found = new Set<string>();
  const visit = (node: PlanNode) => {
    const table = node["Relation Name"];
    if (node["Node Type"] === "Seq Scan" && table && big.includes(table)) found.add(table);
    node.Plans?.forEach(visit);
  };
  for (const { Plan } of rows[0]?.["QUERY PLAN"] ?? []) visit(Plan);
  return [...found];
}
