// How long the queries of each page take over HTTP on a full database, and whether they read a big table through.
import { tmpdir } from "node:os";
import pg from "pg";
import superjson from "superjson";
import { appRouter } from "../../server/api/root.ts";
import { createCallerFactory } from "../../server/api/trpc.ts";
import { createDb } from "../../server/db.ts";
import type { Services } from "../../server/services.ts";
import { type Person, signIn } from "../helpers/api.ts";
import { ADMIN } from "../helpers/instance.ts";
import { queriesOf, scansOf } from "../helpers/query-plans.ts";
import { summary, type Times } from "./figures.ts";
import { BUSIEST, findSights, type PageQueries, pageQueries } from "./page-queries.ts";
import { LOAD_PASSWORD } from "./seed.ts";

export const PAGE_LIMIT_MS = 300;
const TIMES = 20;
/** A page that takes seconds has missed its limit whatever the rest would say. */
const MOST_MS = 20_000;
const BIG = ["Message", "PreferencePair", "Feedback", "JudgementEvent", "PairRater"];

export interface PageResult {
  page: string;
  limitMs: number;
  times: Times;
  /** Big tables that a query reads from end to end. */
  scans: string[];
  /** What failed, instead of figures. */
  error: string | null;
}

/** One page after the other, each as often as it takes for a 95th percentile to mean something; one caller at a time. */
export async function loadPages(url: string, databaseUrl: string, only?: string): Promise<PageResult[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const plans = await planner(databaseUrl, client);
  try {
    const people = {
      busiest: await signIn(url, { email: BUSIEST, password: LOAD_PASSWORD }),
      admin: await signIn(url, ADMIN),
    };
    const results: PageResult[] = [];
    for (const page of pageQueries(await findSights(client))) {
      if (only && !page.page.includes(only)) continue;
      const limitMs = page.limitMs ?? PAGE_LIMIT_MS;
      const { times, error } = await timed(people[page.as], page);
      const scans = error ? [] : await plans.scans(page);
      results.push({ page: page.page, limitMs, times: summary(times), scans, error });
    }
    return results;
  } finally {
    await plans.close();
    await client.end();
  }
}

/** The page's queries in one request, as a browser sends them. The first two answers warm caches and are not counted. */
async function timed(person: Person, { queries }: PageQueries): Promise<{ times: number[]; error: string | null }> {
  const paths = queries.map(([path]) => path).join(",");
  const inputs = Object.fromEntries(queries.map(([, input], i) => [i, superjson.serialize(input)]));
  const address = `/api/trpc/${paths}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
  const times: number[] = [];
  const first = performance.now();
  for (let i = -2; i < TIMES && (times.length === 0 || performance.now() - first < MOST_MS); i++) {
    const began = performance.now();
    const response = await person.fetch(address);
    const text = await response.text();
    if (!response.ok) return { times, error: `HTTP ${response.status}: ${text.slice(0, 300)}` };
    if (i >= 0) times.push(performance.now() - began);
  }
  return { times, error: null };
}

/** The same procedures in this process, where their SQL can be listened to. */
async function planner(databaseUrl: string, client: pg.Client) {
  const db = createDb(databaseUrl);
  const caller = createCallerFactory(appRouter);
  const viewerOf = (email: string) =>
    db.user.findUniqueOrThrow({ where: { email }, select: { id: true, email: true, name: true, role: true } });
  const viewers = { busiest: await viewerOf(BUSIEST), admin: await viewerOf(ADMIN.email) };
  const unreachable = { health: () => Promise.reject(new Error("nothing is served in the load test's own process")) };
  const env = {
    HONE_HOME: tmpdir(),
    NEXTAUTH_SECRET: "",
    WEBHOOK_ALLOW: { origins: [] },
    HONE_MODEL: "/nowhere/model.gguf",
    CHAT_PER_MINUTE: 1,
    MAX_MESSAGE_CHARACTERS: 1,
    SIGN_UP: "open",
  };
  return {
    async scans({ as, queries }: PageQueries): Promise<string[]> {
      const procedures = caller({
        viewer: viewers[as],
        services: { db, env, engine: unreachable } as unknown as Services,
        ...{ session: null, viewerNow: async () => viewers[as], ip: "127.0.0.1", sameOrigin: true },
      }) as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
      const asked = await queriesOf(async () => {
        for (const [path, input] of queries) {
          const [group, name] = path.split(".") as [string, string];
          await procedures[group]?.[name]?.(input);
        }
      });
      const found: string[] = [];
      for (const query of asked) found.push(...(await scansOf(client, query, BIG, { indexesOnly: false })));
      return [...new Set(found)].sort();
    },
    close: () => db.$disconnect(),
  };
}
