/** The loop at a glance: what is live, what came in, and what needs somebody. */

import { stat } from "node:fs/promises";
import type { Db } from "../db.ts";
import type { ServingBackend } from "../engine-client.ts";
import type { Env } from "../env.ts";
import { adapterPath } from "./adapter.ts";
import { DEFAULT_SLOT } from "./live.ts";
import { PERSON } from "./select.ts";
import type { OverviewView, Station } from "./views.ts";

interface Sources {
  db: Db;
  engine: Pick<ServingBackend, "health">;
  env: Pick<Env, "HONE_HOME">;
}

const DAYS = 30;
/** From here on a run is worth its while, and the overview says so. */
const PAIRS_WORTH_A_RUN = 20;
/** Fewer tasks than this are no reason to look for annotators. */
const TASKS_WORTH_A_SITTING = 5;
/** How long something that a check decided, or a file that stopped, is news. */
const NEWS_DAYS = 14;
const HEALTH_PATIENCE_MS = 2_000;

export async function getOverview({ db, engine, env }: Sources): Promise<OverviewView> {
  const [live, feedbackPerDay, figures, lastRun, newest, inferenceUp] = await Promise.all([
    readLive(db),
    readFeedbackPerDay(db),
    readFigures(db),
    db.run.findFirst({
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true, status: true, error: true },
    }),
    // Reward models and what llama.cpp cannot apply never go live, so they wait for nobody.
    db.adapter.findFirst({
      where: { servable: true },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true, sha256: true, status: true },
    }),
    isUp(engine),
  ]);
  const fileThere = !live?.adapter || (await isThere(adapterPath(env, live.adapter.path)));
  const waiting = newest?.status === "CANDIDATE" ? newest : null;
  const working = lastRun !== null && ["QUEUED", "RUNNING", "EVALUATING"].includes(lastRun.status);
  const failed = lastRun?.status === "FAILED";
  const enough = figures.newPairs >= PAIRS_WORTH_A_RUN && !working;

  const trouble = { inferenceUp, fileThere, failedRun: failed ? lastRun : null };
  const attention = [...troubles(trouble), ...decisions({ figures, waiting, enough })];
  const tasksWait = figures.tasksOpen >= TASKS_WORTH_A_SITTING;

  const station = (count: number, at: Date | null, state: Station["state"] = "fine"): Station => ({ count, at, state });
  return {
    live: live && {
      release: live.number,
      adapterId: live.adapterId,
      adapterSha256: live.adapter?.sha256 ?? null,
      since: live.activatedAt,
      activatedBy: live.activatedBy,
    },
    feedbackPerDay,
    pairs: { total: figures.pairs, newSinceLastRun: figures.newPairs },
    attention,
    annotation: {
      open: figures.tasksOpen,
      drafting: figures.tasksDrafting,
      rankings: figures.newRankings,
      quarantinedRaters: figures.quarantinedRaters,
    },
    loop: {
      conversations: station(figures.conversations, figures.conversationAt),
      feedback: station(figures.judgements, figures.judgementAt, tasksWait ? "attention" : "fine"),
      pairs: station(figures.pairs, figures.pairAt, enough || figures.newlyQuarantined > 0 ? "attention" : "fine"),
      datasets: station(figures.datasets, figures.datasetAt),
      runs: station(figures.runs, figures.runAt, working ? "working" : failed ? "attention" : "fine"),
      gate: station(figures.candidates, figures.candidateAt, waiting ? "attention" : "fine"),
      live: station(
        figures.deployments,
        live?.activatedAt ?? null,
        inferenceUp && fileThere && figures.flaggedAdapters === 0 ? "fine" : "attention",
      ),
    },
  };
}

type Attention = OverviewView["attention"];

interface Trouble {
  inferenceUp: boolean;
  fileThere: boolean;
  failedRun: { id: string; error: string | null } | null;
}

/** What is broken, worst first. */
function troubles({ inferenceUp, fileThere, failedRun }: Trouble): Attention {
  const found: Attention = [];
  if (!inferenceUp) {
    const message = "The inference process does not answer; replies wait or fail until it is back.";
    found.push({ kind: "INFERENCE_DOWN", message, count: null, href: "/admin/deployments" });
  }
  if (!fileThere) {
    const message = "The live adapter's file is gone; roll back, or restore it.";
    found.push({ kind: "ADAPTER_FILE_MISSING", message, count: null, href: "/admin/deployments" });
  }
  if (failedRun) {
    const href = `/admin/runs/${failedRun.id}`;
    found.push({ kind: "RUN_FAILED", message: failedRun.error ?? "", count: null, href });
  }
  return found;
}

interface Decisions {
  figures: Figures;
  /** The newest adapter, if it has never been live. */
  waiting: { id: string; sha256: string } | null;
  /** There are enough new pairs for a run. */
  enough: boolean;
}

/** What somebody has to decide, what concerns people's rights first. */
function decisions({ figures, waiting, enough }: Decisions): Attention {
  const found: Attention = [];
  if (figures.flaggedAdapters > 0) {
    const count = figures.flaggedAdapters;
    const message = `${count} adapters learned from data that has been erased since; train them anew without it.`;
    found.push({ kind: "ADAPTERS_FLAGGED", message, count, href: "/admin/erasures" });
  }
  if (waiting) {
    const message = `Adapter ${waiting.sha256.slice(0, 8)} has not been live yet.`;
    found.push({ kind: "ADAPTER_WAITING", message, count: null, href: `/admin/adapters/${waiting.id}` });
  }
  if (enough) {
    const message = `${figures.newPairs} pairs have come in since the last run.`;
    found.push({ kind: "PAIRS_WAITING", message, count: figures.newPairs, href: "/admin/runs/new" });
  }
  if (figures.newlyQuarantined > 0) {
    const count = figures.newlyQuarantined;
    const message = `${count} raters fell below the bar; their pairs are put aside until you decide.`;
    found.push({ kind: "RATERS_QUARANTINED", message, count, href: "/admin/raters" });
  }
  if (figures.tasksOpen >= TASKS_WORTH_A_SITTING) {
    const message = `${figures.tasksOpen} tasks wait for annotators.`;
    found.push({ kind: "TASKS_WAITING", message, count: figures.tasksOpen, href: "/admin/annotation" });
  }
  if (figures.stoppedImports > 0) {
    const count = figures.stoppedImports;
    found.push({ kind: "IMPORTS_STOPPED", message: `${count} imports have stopped.`, count, href: "/admin/imports" });
  }
  return found;
}

const readLive = (db: Db) =>
  db.deployment.findFirst({
    where: { slot: DEFAULT_SLOT, deactivatedAt: null },
    include: { adapter: { select: { sha256: true, path: true } }, activatedBy: PERSON },
  });

const isUp = (engine: Sources["engine"]) =>
  engine.health({ signal: AbortSignal.timeout(HEALTH_PATIENCE_MS) }).then(
    (health) => health.ready,
    () => false,
  );

const isThere = (file: string) =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** One row per day, days without feedback included, in UTC. */
async function readFeedbackPerDay(db: Db): Promise<OverviewView["feedbackPerDay"]> {
  return db.$queryRaw`
    WITH counted AS (
      SELECT ("createdAt" AT TIME ZONE 'UTC')::date AS day,
        count(*) FILTER (WHERE "value" > 0) AS up, count(*) FILTER (WHERE "value" < 0) AS down
      FROM "Feedback" WHERE "createdAt" >= ((now() AT TIME ZONE 'UTC')::date - ${DAYS - 1}::int)::timestamp AT TIME ZONE 'UTC'
      GROUP BY 1
    )
    SELECT to_char(days.day, 'YYYY-MM-DD') AS "day", coalesce(up, 0)::int AS "up", coalesce(down, 0)::int AS "down"
    FROM generate_series((now() AT TIME ZONE 'UTC')::date - ${DAYS - 1}::int, (now() AT TIME ZONE 'UTC')::date, interval '1 day') AS days(day)
    LEFT JOIN counted ON counted.day = days.day::date ORDER BY days.day`;
}

interface Figures {
  conversations: number;
  conversationAt: Date | null;
  /** Thumbs, edits, choices and rankings that have not been taken back. */
  judgements: number;
  judgementAt: Date | null;
  pairs: number;
  pairAt: Date | null;
  newPairs: number;
  datasets: number;
  datasetAt: Date | null;
  runs: number;
  runAt: Date | null;
  candidates: number;
  candidateAt: Date | null;
  deployments: number;
  tasksOpen: number;
  tasksDrafting: number;
  newRankings: number;
  quarantinedRaters: number;
  /** By a check, lately, and no admin has decided anything about it since. */
  newlyQuarantined: number;
  /** That learned from something erased, and no run has made anew. */
  flaggedAdapters: number;
  stoppedImports: number;
}

/** All counts in one statement: one moment, one round trip. */
async function readFigures(db: Db): Promise<Figures> {
  const rows = await db.$queryRaw<Figures[]>`
    WITH last_run AS (SELECT max("createdAt") AS "at" FROM "Run" WHERE "status" <> 'CANCELLED')
    SELECT c.*, j.*, p.*, n.*, d.*, r.*, a.*, l.*, t.*, k.*, q.*, e.*, i.* FROM
      (SELECT count(*)::int AS "conversations", max("updatedAt") AS "conversationAt" FROM "Conversation" WHERE "deletedAt" IS NULL) c,
      (SELECT sum("count")::int AS "judgements", max("at") AS "judgementAt" FROM (
        SELECT count(*), max("createdAt") AS "at" FROM "Feedback"
        UNION ALL SELECT count(*), max("createdAt") FROM "Edit" WHERE "withdrawnAt" IS NULL
        UNION ALL SELECT count(*), max("createdAt") FROM "Ranking" WHERE "withdrawnAt" IS NULL) kinds) j,
      (SELECT count(*)::int AS "pairs", max("createdAt") AS "pairAt" FROM "PreferencePair" WHERE "status" = 'ACTIVE') p,
      (SELECT count(*)::int AS "newPairs" FROM "PreferencePair", last_run
        WHERE "status" = 'ACTIVE' AND "createdAt" > coalesce(last_run."at", '-infinity')) n,
      (SELECT count(*)::int AS "datasets", max("frozenAt") AS "datasetAt" FROM "Dataset") d,
      (SELECT count(*)::int AS "runs", max("createdAt") AS "runAt" FROM "Run") r,
      (SELECT count(*)::int AS "candidates", max("createdAt") AS "candidateAt" FROM "Adapter" WHERE "servable") a,
      (SELECT count(*)::int AS "deployments" FROM "Deployment") l,
      (SELECT count(*) FILTER (WHERE "status" = 'OPEN')::int AS "tasksOpen",
        count(*) FILTER (WHERE "status" = 'DRAFTING')::int AS "tasksDrafting"
        FROM "Comparison" WHERE "status" IN ('OPEN', 'DRAFTING') AND "reason" <> 'CHAT') t,
      (SELECT count(*)::int AS "newRankings" FROM "Ranking" JOIN "Comparison" ON "Comparison"."id" = "comparisonId"
        WHERE "Ranking"."createdAt" > now() - interval '7 days' AND "withdrawnAt" IS NULL AND "reason" <> 'CHAT') k,
      (SELECT count(*)::int AS "quarantinedRaters", count(*) FILTER (WHERE
          "quarantinedAt" > now() - make_interval(days => ${NEWS_DAYS}::int) AND NOT EXISTS (
            SELECT FROM "AuditEvent" WHERE "subject" = 'User:' || "raterId" AND "action" = 'rater.setQuarantine'
              AND "actorId" IS NOT NULL AND "createdAt" >= "quarantinedAt" - interval '1 minute'))::int AS "newlyQuarantined"
        FROM "RaterTrust" WHERE "quarantinedAt" IS NOT NULL) q,
      (SELECT count(DISTINCT flag."adapterId")::int AS "flaggedAdapters" FROM "AdapterFlag" flag
        LEFT JOIN "Run" again ON again."id" = flag."runId"
        WHERE again."id" IS NULL OR again."status" IN ('FAILED', 'CANCELLED')) e,
      (SELECT count(*)::int AS "stoppedImports" FROM "Import"
        WHERE "state" = 'FAILED' AND "updatedAt" > now() - make_interval(days => ${NEWS_DAYS}::int)) i`;
  return rows[0]!;
}
