// The data of the load tests, some of it: its rows obey every key and rule, its lineage is what it was made to be, and no page reads a big table through.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refreshKeptFigures } from "../../../server/domain/figures-refresh.ts";
import { rebuildPairs } from "../../../server/domain/pair-rebuild.ts";
import type { Viewer } from "../../../server/viewer.ts";
import { queriesOf, scansOf } from "../../helpers/query-plans.ts";
import { testWorld } from "../../helpers/world.ts";
import { BUSIEST, findSights, type PageQueries, pageQueries, type Sights } from "../../load/page-queries.ts";
import { FULL_SIZE, seedLoad } from "../../load/seed.ts";

const CONVERSATIONS = 300;
/** Grow with use, one row or more per message or judgement. */
const BIG = [
  "Message",
  "Feedback",
  "PreferencePair",
  "PairRater",
  "JudgementEvent",
  "Ranking",
  "RankingEntry",
  "Conversation",
];

const world = testWorld();
let client: pg.Client;
let sights: Sights;
let busiest: Viewer;

beforeAll(async () => {
  await seedLoad(world.url, { ...FULL_SIZE, conversations: CONVERSATIONS, uploaded: 100, trusted: false });
  client = new pg.Client({ connectionString: world.url });
  await client.connect();
  await refreshKeptFigures(world.db);
  await world.db.figures.updateMany({ data: { size: 1_000_000 } });
  sights = await findSights(client);
  busiest = await world.db.user.findUniqueOrThrow({
    where: { email: BUSIEST },
    select: { id: true, email: true, name: true, role: true },
  });
});
afterAll(() => client?.end());

test("its pairs are what its judgements say", async () => {
  expect(await rebuildPairs(world.db, { repair: false })).toMatchObject({
    pairs: CONVERSATIONS * 2 - 12,
    differences: 0,
  });
});

describe("lineage", () => {
  test("leads from an adapter to everything behind it", async () => {
    const lineage = await world.as(world.admin).lineage.adapter({ id: sights.adapterId });
    const adapters = await world.db.adapter.findMany({ orderBy: { createdAt: "desc" } });
    expect(lineage.chain.map(({ adapter }) => adapter.id)).toEqual(adapters.map(({ id }) => id));
    expect(lineage.chain.every(({ datasets }) => datasets.length === 1 && datasets[0]!.role === "DATA")).toBe(true);
    const pairs = await world.db.preferencePair.findMany({ where: { status: "ACTIVE" }, include: { raters: true } });
    expect(lineage.pairs).toBe(pairs.length);
    const byRater = new Map<string, number>();
    for (const { raterId } of pairs.flatMap(({ raters }) => raters))
      byRater.set(raterId, (byRater.get(raterId) ?? 0) + 1);
    expect(lineage.judgements).toBe([...byRater.values()].reduce((sum, count) => sum + count, 0));
    expect(lineage.raters).toHaveLength(200);
    for (const { rater, examples } of lineage.raters) expect(byRater.get(rater.id)).toBe(examples);
    expect(lineage.raters[0]!.share).toBeCloseTo(Math.max(...byRater.values()) / pairs.length);
    expect(lineage.samples).toHaveLength(20);
    const oldest = await world.as(world.admin).lineage.adapter({ id: adapters.at(-1)!.id });
    expect(oldest.chain).toHaveLength(1);
    expect(oldest.continuedBy.map(({ id }) => id)).toEqual([adapters.at(-2)!.id]);
  });

  test("leads from a judgement, and from its pair, to every adapter that learned from it", async () => {
    const admin = world.as(world.admin);
    const adapters = (await world.db.adapter.findMany({ orderBy: { createdAt: "asc" } })).map(({ id }) => id);
    for (const source of ["FEEDBACK", "CHOICE", "EDIT", "RANKING"] as const) {
      // The last pairs went into the last Dataset only: one adapter was trained on them, and nobody continues it.
      for (const [order, reached] of [["asc", adapters] as const, ["desc", adapters.slice(-1)] as const]) {
        const pair = await world.db.preferencePair.findFirstOrThrow({
          where: { source, status: "ACTIVE" },
          orderBy: { id: order },
        });
        const lineage = await admin.lineage.pair({ id: pair.id });
        expect(lineage.pairs.map(({ id }) => id)).toEqual([pair.id]);
        expect(lineage.adapters.map(({ id }) => id)).toEqual(reached);
        expect(lineage.datasets).toHaveLength(reached.length);
        expect(lineage.judgements).toHaveLength(source === "FEEDBACK" || source === "RANKING" ? 2 : 1);
        const { kind, subjectId } = lineage.judgements[0]!;
        const judgement = await admin.lineage.judgement({ kind, subjectId });
        expect(judgement.pairs.map(({ id }) => id)).toEqual([pair.id]);
        expect(judgement.adapters.map(({ id }) => id)).toEqual(reached);
      }
    }
  });

  test("tells adapters that learned from a judgement from those that continue one that did", async () => {
    const adapters = await world.db.adapter.findMany({ orderBy: { createdAt: "asc" } });
    const run = await world.db.run.findFirstOrThrow({ where: { adapterId: adapters.at(-1)!.id } });
    const upload = await world.db.dataset.findFirstOrThrow({ where: { origin: "UPLOAD" } });
    const child = await world.db.adapter.create({
      data: {
        sha256: "c".repeat(64),
        baseModelId: run.baseModelId,
        rank: 8,
        alpha: 8,
        path: "x",
        bytes: 1,
        metrics: {},
      },
    });
    const { id: _, ...same } = run;
    await world.db.run.create({
      data: {
        ...same,
        config: {},
        adapterId: child.id,
        fromAdapterId: null,
        rewardAdapterId: adapters[0]!.id,
        datasetId: upload.id,
        createdAt: new Date(),
      },
    });
    const lineage = await world.as(world.admin).lineage.judgement(sights.judgement);
    expect(lineage.adapters.at(-1)).toMatchObject({ id: child.id, inherited: true });
    expect(lineage.adapters.slice(0, -1).some(({ inherited }) => inherited)).toBe(false);
  });
});

describe("indexes", () => {
  /** Queries that are about everything there is; what they cost is for `npm run load` to say. */
  const WHOLE = new Set(["overview", "annotation queue"]);

  const plansOf = async ({ as, queries }: PageQueries) => {
    const caller = world.as(as === "admin" ? world.admin : busiest) as unknown as Record<
      string,
      Record<string, (input: unknown) => Promise<unknown>>
    >;
    const asked = await queriesOf(async () => {
      for (const [path, input] of queries) {
        const [group, name] = path.split(".") as [string, string];
        await caller[group]![name]!(input);
      }
    });
    const scans: { query: string; tables: string[] }[] = [];
    for (const query of asked)
      scans.push({ query: query.text, tables: await scansOf(client, query, BIG, { indexesOnly: true }) });
    return { asked: asked.length, scans: scans.filter(({ tables }) => tables.length > 0) };
  };

  const names = pageQueries({ datasetIds: ["", ""] } as unknown as Sights).map(({ page }) => page);

  test.each(names.filter((name) => !WHOLE.has(name)))("serve the page: %s", async (name) => {
    const page = pageQueries(sights).find((one) => one.page === name)!;
    const { asked, scans } = await plansOf(page);
    expect(asked).toBeGreaterThan(0);
    expect(scans).toEqual([]);
  });

  test("are missed by the search where one is missing", async () => {
    const query = { text: `SELECT * FROM "Message" WHERE "completionTokens" = $1`, values: [7] };
    expect(await scansOf(client, query, BIG, { indexesOnly: true })).toEqual(["Message"]);
  });
});
