/** The loop at a glance: what is live, what is under way, what needs somebody, and how each station stands. */

import { stat } from "node:fs/promises";
import type { Db } from "../../db.ts";
import type { ServingBackend } from "../../engine-client.ts";
import type { Env } from "../../env.ts";
import { adapterPath } from "../adapter.ts";
import { DEFAULT_SLOT } from "../live.ts";
import { PERSON } from "../select.ts";
import type { OverviewView, Station, StationState } from "../views.ts";
import { attentionOf, enoughPairs, enoughTasks, type Facts } from "./attention.ts";
import { type Counts, readCounts } from "./counts.ts";
import { readGateFacts } from "./gate-facts.ts";
import { readTrafficFacts } from "./traffic-facts.ts";
import { readWork } from "./work.ts";

interface Sources {
  db: Db;
  engine: Pick<ServingBackend, "health">;
  env: Pick<Env, "HONE_HOME">;
}

const HEALTH_PATIENCE_MS = 2_000;
/** A trainer shows itself every few seconds; what has waited so long has waited too long. */
const TRAINER_PATIENCE_MS = 60_000;

export async function getOverview({ db, engine, env }: Sources, now: Date): Promise<OverviewView> {
  const [live, counts, work, gates, traffic, lastRun, inferenceUp] = await Promise.all([
    readLive(db),
    readCounts(db, now),
    readWork(db, now),
    readGateFacts(db, now),
    readTrafficFacts(db, now),
    db.run.findFirst({
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true, status: true, error: true },
    }),
    isUp(engine),
  ]);
  const fileThere = !live?.adapter || (await isThere(adapterPath(env, live.adapter.path)));
  const facts: Facts = {
    ...{ counts, inferenceUp, fileThere, ...gates, ...traffic },
    trainerMissed: await isTrainerMissed(db, work, now),
    failedRun: lastRun?.status === "FAILED" ? lastRun : null,
    running: work.some(({ kind }) => kind === "RUN"),
  };
  return {
    live: live && {
      number: live.number,
      adapterId: live.adapterId,
      adapterSha256: live.adapter?.sha256 ?? null,
      since: live.activatedAt,
      activatedBy: live.activatedBy,
    },
    work,
    attention: attentionOf(facts),
    pairs: { total: counts.pairs, newSinceLastRun: counts.newPairs },
    schedules: counts.schedules,
    annotation: {
      open: counts.tasksOpen,
      drafting: counts.tasksDrafting,
      rankings: counts.newRankings,
      quarantinedRaters: counts.quarantinedRaters,
    },
    loop: stations({ counts, facts, work, liveSince: live?.activatedAt ?? null, releases: live?.number ?? 0 }),
  };
}

interface Stations {
  counts: Counts;
  facts: Facts;
  work: OverviewView["work"];
  liveSince: Date | null;
  releases: number;
}

function stations({ counts, facts, work, liveSince, releases }: Stations): OverviewView["loop"] {
  const station = (count: number, at: Date | null, needs = false, works = false): Station => {
    const state: StationState = needs ? "attention" : works ? "working" : "fine";
    return { count, at, state };
  };
  const at = (kind: OverviewView["work"][number]["kind"]) => work.some((item) => item.kind === kind);
  const { lastGate, undecided, unmeasured } = facts;
  const gateNeeds = undecided !== null || unmeasured !== null || lastGate?.status === "FAILED";
  const liveNeeds = !facts.inferenceUp || !facts.fileThere || counts.flaggedAdapters > 0 || facts.pausedCanary !== null;
  return {
    conversations: station(counts.conversations, counts.conversationAt),
    feedback: station(counts.judgements, counts.judgementAt, enoughTasks(counts)),
    pairs: station(counts.pairs, counts.pairAt, enoughPairs(facts) || counts.newlyQuarantined > 0),
    datasets: station(counts.datasets, counts.datasetAt),
    runs: station(counts.runs, counts.runAt, facts.trainerMissed || facts.failedRun !== null, at("RUN")),
    gate: station(counts.gates, counts.gateAt, gateNeeds, at("GATE")),
    live: station(releases, liveSince, liveNeeds, at("CANARY")),
  };
}

const readLive = (db: Db) =>
  db.deployment.findFirst({
    where: { slot: DEFAULT_SLOT, deactivatedAt: null },
    include: { adapter: { select: { sha256: true, path: true } }, activatedBy: PERSON },
  });

/** Only where something waits for it, and only where processes show themselves at all. */
async function isTrainerMissed(db: Db, work: OverviewView["work"], now: Date): Promise<boolean> {
  const since = new Date(now.getTime() - TRAINER_PATIENCE_MS);
  const waits = work.some((item) => "status" in item && item.status === "QUEUED" && item.at < since);
  if (!waits) return false;
  const beats = await db.processBeat.findMany({ select: { kind: true, beatAt: true } });
  return beats.length > 0 && !beats.some(({ kind, beatAt }) => kind === "trainer" && beatAt > since);
}

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
