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

  const attention: OverviewView["attention"] = [];
  if (!inferenceUp) {
    const message = "The inference process does not answer; replies wait or fail until it is back.";
    attention.push({ kind: "INFERENCE_DOWN", message, href: "/admin/deployments" });
  }
  if (!fileThere) {
    const message = "The live adapter's file is gone; roll back, or restore it.";
    attention.push({ kind: "ADAPTER_FILE_MISSING", message, href: "/admin/deployments" });
  }
  if (failed) attention.push({ kind: "RUN_FAILED", message: lastRun.error ?? "", href: `/admin/runs/${lastRun.id}` });
  if (waiting) {
    const message = `Adapter ${waiting.sha256.slice(0, 8)} has not been live yet.`;
    attention.push({ kind: "ADAPTER_WAITING", message, href: `/admin/adapters/${waiting.id}` });
  }
  if (enough) {
    const message = `${figures.newPairs} pairs have come in since the last run.`;
    attention.push({ kind: "PAIRS_WAITING", message, href: "/admin/runs/new" });
  }

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
    loop: {
      conversations: station(figures.conversations, figures.conversationAt),
      feedback: station(figures.feedback, figures.feedbackAt),
      pairs: station(figures.pairs, figures.pairAt, enough ? "attention" : "fine"),
      datasets: station(figures.datasets, figures.datasetAt),
      runs: station(figures.runs, figures.runAt, working ? "working" : failed ? "attention" : "fine"),
      gate: station(figures.candidates, figures.candidateAt, waiting ? "attention" : "fine"),
      live: station(figures.deployments, live?.activatedAt ?? null, inferenceUp && fileThere ? "fine" : "attention"),
    },
  };
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
  feedback: number;
  feedbackAt: Date | null;
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
}

/** All counts in one statement: one moment, one round trip. */
async function readFigures(db: Db): Promise<Figures> {
  const rows = await db.$queryRaw<Figures[]>`
    WITH last_run AS (SELECT max("createdAt") AS "at" FROM "Run" WHERE "status" <> 'CANCELLED')
    SELECT c.*, f.*, p.*, n.*, d.*, r.*, a.*, l.* FROM
      (SELECT count(*)::int AS "conversations", max("updatedAt") AS "conversationAt" FROM "Conversation" WHERE "deletedAt" IS NULL) c,
      (SELECT count(*)::int AS "feedback", max("updatedAt") AS "feedbackAt" FROM "Feedback") f,
      (SELECT count(*)::int AS "pairs", max("createdAt") AS "pairAt" FROM "PreferencePair" WHERE "status" = 'ACTIVE') p,
      (SELECT count(*)::int AS "newPairs" FROM "PreferencePair", last_run
        WHERE "status" = 'ACTIVE' AND "createdAt" > coalesce(last_run."at", '-infinity')) n,
      (SELECT count(*)::int AS "datasets", max("frozenAt") AS "datasetAt" FROM "Dataset") d,
      (SELECT count(*)::int AS "runs", max("createdAt") AS "runAt" FROM "Run") r,
      (SELECT count(*)::int AS "candidates", max("createdAt") AS "candidateAt" FROM "Adapter" WHERE "servable") a,
      (SELECT count(*)::int AS "deployments" FROM "Deployment") l`;
  return rows[0]!;
}
