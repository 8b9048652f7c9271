/** What the database, the disk and the inference process say at the moment they are asked, as Prometheus' gauges. */

import { statfs } from "node:fs/promises";
import type { Db } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import type { Env } from "../../env.ts";
import { readBackups } from "./backups.ts";
import { listProcesses } from "./beat.ts";

export interface Gauged {
  db: Db;
  engine: Pick<ServingBackend, "health">;
  env: Pick<Env, "HONE_HOME">;
}

type Sample = [labels: Record<string, string>, value: number];
interface Gauge {
  name: string;
  help: string;
  samples: Sample[];
}

const by = (label: string, rows: readonly { key: string; count: number }[]): Sample[] =>
  rows.map(({ key, count }) => [{ [label]: key }, count]);

/** Every look costs a dozen small queries; those who look at the same time share one. */
const FRESH_MS = 3_000;
let kept: { at: number; text: Promise<string> } | undefined;

/** In Prometheus' text format. A part that cannot be read is left out, and `hone_gauges_failed` says how many were. */
export function writeGauges(services: Gauged, now = Date.now()): Promise<string> {
  if (!kept || now - kept.at >= FRESH_MS) kept = { at: now, text: read(services) };
  return kept.text;
}

async function read(services: Gauged): Promise<string> {
  const settled = await Promise.allSettled(PARTS.map((part) => part(services)));
  const gauges = settled.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
  const failed = settled.filter(({ status }) => status === "rejected").length;
  gauges.push({
    name: "hone_gauges_failed",
    help: "Parts of this page that could not be read.",
    samples: [[{}, failed]],
  });
  return gauges.map(write).join("\n");
}

function write({ name, help, samples }: Gauge): string {
  const lines = samples.map(([labels, value]) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${inside.length > 0 ? `{${inside.join(",")}}` : ""} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].join("\n");
}

const escaped = (text: string) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

const PARTS: ((services: Gauged) => Promise<Gauge[]>)[] = [
  async ({ db }) => {
    const processes = await listProcesses(db);
    const kinds = ["web", "inference", "trainer"] as const;
    const alive = kinds.map((kind) => ({
      key: kind,
      count: processes.filter((one) => one.kind === kind && one.alive).length,
    }));
    return [{ name: "hone_processes", help: "Processes that live, by kind.", samples: by("kind", alive) }];
  },
  async ({ engine }) => {
    const health = await engine.health({ signal: AbortSignal.timeout(2_000) }).catch(() => null);
    const gauge = (name: string, help: string, value: number): Gauge => ({ name, help, samples: [[{}, value]] });
    const up = gauge("hone_inference_up", "Whether the inference process answers.", health?.ready ? 1 : 0);
    if (!health) return [up];
    return [
      up,
      gauge("hone_inference_running", "Replies that are being generated.", health.running),
      gauge("hone_inference_queued", "Requests that wait for a free place.", health.queued),
      gauge("hone_inference_adapters", "Adapters that can answer at once.", health.loaded.length),
    ];
  },
  async ({ db }) => {
    const count = (table: "Run" | "Gate" | "ScheduleFiring") =>
      db.$queryRawUnsafe<{ key: string; count: number }[]>(
        `SELECT status::text AS key, count(*)::int AS count FROM "${table}" GROUP BY 1 ORDER BY 1`,
      );
    return [
      { name: "hone_runs", help: "Runs by status.", samples: by("status", await count("Run")) },
      { name: "hone_gates", help: "Gates by status.", samples: by("status", await count("Gate")) },
      {
        name: "hone_firings",
        help: "Firings of schedules by status.",
        samples: by("status", await count("ScheduleFiring")),
      },
    ];
  },
  async ({ db }) => {
    const arms = await db.deployment.findMany({
      where: { deactivatedAt: null },
      select: { number: true, slot: true, share: true, adapter: { select: { sha256: true } } },
      orderBy: { number: "asc" },
    });
    const others = arms.filter(({ slot }) => slot !== "default").reduce((sum, { share }) => sum + share, 0);
    const shares = arms.map(({ number, slot, share, adapter }): Sample => {
      const labels = { release: String(number), adapter: adapter?.sha256.slice(0, 8) ?? "base", slot };
      return [labels, (slot === "default" ? 1000 - others : share) / 1000];
    });
    const canaries = await db.canary.groupBy({ by: ["status"], _count: true, orderBy: { status: "asc" } });
    return [
      { name: "hone_traffic_share", help: "Share of new conversations, by release.", samples: shares },
      {
        ...{ name: "hone_canaries", help: "Canaries by status." },
        samples: by(
          "status",
          canaries.map(({ status, _count }) => ({ key: status, count: _count })),
        ),
      },
    ];
  },
  async ({ db }) => {
    const [there] = await db.$queryRaw<{ there: boolean }[]>`SELECT to_regclass('pgboss.job') IS NOT NULL AS there`;
    const rows = there?.there
      ? await db.$queryRaw<{ key: string; count: number }[]>`
          SELECT q.name AS key, count(j.id)::int AS count FROM pgboss.queue q
          LEFT JOIN pgboss.job j ON j.name = q.name AND j.state IN ('created', 'retry', 'active')
          WHERE NOT starts_with(q.name, '__') GROUP BY 1 ORDER BY 1`
      : [];
    const [hooks] = await db.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM "WebhookDelivery" WHERE "nextAt" IS NOT NULL AND "deliveredAt" IS NULL`;
    return [
      {
        name: "hone_queue_messages",
        help: "Messages that wait or are worked on, by queue.",
        samples: by("queue", rows),
      },
      {
        name: "hone_webhooks_waiting",
        help: "Deliveries that wait for their next try.",
        samples: [[{}, hooks!.waiting]],
      },
    ];
  },
  async ({ db }) => {
    const rows = await db.$queryRaw<{ key: string; count: number }[]>`
      SELECT relname AS key, greatest(reltuples, 0)::float8 AS count FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relname IN ('Message', 'PreferencePair', 'Feedback', 'Ranking') ORDER BY 1`;
    const [size] = await db.$queryRaw<
      { bytes: number }[]
    >`SELECT pg_database_size(current_database())::float8 AS bytes`;
    const help = "Rows as PostgreSQL estimates them, by table.";
    return [
      { name: "hone_rows_estimate", help, samples: by("table", rows) },
      { name: "hone_database_bytes", help: "Size of the database.", samples: [[{}, size!.bytes]] },
    ];
  },
  async ({ env }) => {
    const { bavail, blocks, bsize } = await statfs(env.HONE_HOME);
    const [last] = await readBackups(env.HONE_HOME);
    const gauges: Gauge[] = [
      { name: "hone_disk_free_bytes", help: "Free space where HONE_HOME lies.", samples: [[{}, bavail * bsize]] },
      { name: "hone_disk_bytes", help: "All space where HONE_HOME lies.", samples: [[{}, blocks * bsize]] },
    ];
    if (last)
      gauges.push({
        ...{ name: "hone_last_backup_timestamp_seconds", help: "When the last backup was made." },
        samples: [[{}, new Date(last.at).getTime() / 1000]],
      });
    return gauges;
  },
];
