/** What needs somebody, and where the one act that settles it is done: pure, in the order in which it is told. */

import type { GateStatus } from "../../../prisma/generated/enums.ts";
import type { Sentence } from "../views/sentence.ts";
import { ATTENTION_KINDS, type AttentionItem, type AttentionKind } from "../views.ts";
import type { Counts } from "./counts.ts";

export interface Facts {
  counts: Pick<
    Counts,
    "flaggedAdapters" | "newPairs" | "newlyQuarantined" | "tasksOpen" | "stoppedImports" | "schedules"
  >;
  inferenceUp: boolean;
  /** Whether the file of what is live is where it should be. */
  fileThere: boolean;
  /** Something waits for the trainer, and no trainer has shown itself for a while. */
  trainerMissed: boolean;
  /** The last Run, if it failed. */
  failedRun: { id: string; error: string | null } | null;
  /** A Run is queued or under way. */
  running: boolean;
  /** The newest Gate that has ended, if that is news. */
  lastGate: GateFact | null;
  /** The newest Gate whose candidate only a person can let through. */
  undecided: GateFact | null;
  /** The newest candidate without any Gate: one made before there were any. */
  unmeasured: { id: string; sha256: string } | null;
  pausedCanary: { number: number; reason: Sentence | null } | null;
  /** The last canary, if the system took it back, and nothing has gone live since. */
  failedCanary: { number: number; reason: Sentence | null } | null;
  /** The last default arm, or arm with a fixed share, that its watch took back, if nothing has been activated since. */
  takenBack: { number: number; reason: Sentence | null } | null;
  /** Why nothing may be activated. */
  frozen: { reason: string } | null;
}

export interface GateFact {
  id: string;
  status: GateStatus;
  adapterSha256: string;
  verdict: Sentence[];
  error: string | null;
}

/** From here on a run is worth its while, and the overview says so where no schedule sees to it. */
const PAIRS_WORTH_A_RUN = 20;
/** Fewer tasks than this are no reason to look for annotators. */
const TASKS_WORTH_A_SITTING = 5;

export const enoughPairs = ({ counts, running }: Pick<Facts, "counts" | "running">): boolean =>
  counts.newPairs >= PAIRS_WORTH_A_RUN && !running && counts.schedules === 0;
export const enoughTasks = ({ tasksOpen }: Pick<Counts, "tasksOpen">): boolean => tasksOpen >= TASKS_WORTH_A_SITTING;

/** As the pages name adapters. */
const short = (sha256: string) => sha256.slice(0, 6);

/** Sentences of a verdict that are told here; the report has them all. */
const MOST_REASONS = 2;

export function attentionOf(facts: Facts): AttentionItem[] {
  const found = [...broken(facts), ...gates(facts), ...traffic(facts), ...data(facts)];
  const place = (kind: AttentionKind) => ATTENTION_KINDS.indexOf(kind);
  return found.sort((a, b) => place(a.kind) - place(b.kind));
}

const item = (kind: AttentionKind, href: string, rest: Partial<AttentionItem> = {}): AttentionItem => ({
  ...{ kind, href, values: {}, reason: [], detail: null },
  ...rest,
});

function broken({ inferenceUp, fileThere, trainerMissed, failedRun }: Facts): AttentionItem[] {
  return [
    ...(inferenceUp ? [] : [item("INFERENCE_DOWN", "/admin/system")]),
    ...(fileThere ? [] : [item("ADAPTER_FILE_MISSING", "/admin/deployments")]),
    ...(trainerMissed ? [item("TRAINER_DOWN", "/admin/system")] : []),
    ...(failedRun ? [item("RUN_FAILED", `/admin/runs/${failedRun.id}`, { detail: failedRun.error })] : []),
  ];
}

function gates({ lastGate, undecided, unmeasured }: Facts): AttentionItem[] {
  const of = (kind: AttentionKind, gate: GateFact) =>
    item(kind, `/admin/gates/${gate.id}`, {
      values: { adapter: short(gate.adapterSha256) },
      reason: gate.verdict.slice(0, MOST_REASONS),
      detail: gate.error,
    });
  return [
    ...(lastGate?.status === "FAILED" ? [of("GATE_FAILED", lastGate)] : []),
    ...(lastGate?.status === "REFUSED" ? [of("GATE_REFUSED", lastGate)] : []),
    ...(undecided ? [of("GATE_WAITING", undecided)] : []),
    ...(unmeasured
      ? [item("ADAPTER_WAITING", `/admin/adapters/${unmeasured.id}`, { values: { adapter: short(unmeasured.sha256) } })]
      : []),
  ];
}

function traffic({ pausedCanary, failedCanary, takenBack, frozen }: Facts): AttentionItem[] {
  const of = (kind: AttentionKind, { number, reason }: { number: number; reason: Sentence | null }) =>
    item(kind, "/admin/deployments", { values: { release: `r${number}` }, reason: reason ? [reason] : [] });
  return [
    ...(pausedCanary ? [of("CANARY_PAUSED", pausedCanary)] : []),
    ...(takenBack ? [of("RELEASE_TAKEN_BACK", takenBack)] : []),
    ...(failedCanary ? [of("CANARY_ROLLED_BACK", failedCanary)] : []),
    ...(frozen ? [item("FROZEN", "/admin/deployments", { values: { reason: frozen.reason } })] : []),
  ];
}

function data(facts: Facts): AttentionItem[] {
  const { flaggedAdapters, newPairs, newlyQuarantined, tasksOpen, stoppedImports } = facts.counts;
  const counted = (kind: AttentionKind, href: string, count: number) => item(kind, href, { values: { count } });
  return [
    ...(flaggedAdapters > 0 ? [counted("ADAPTERS_FLAGGED", "/admin/erasures", flaggedAdapters)] : []),
    ...(enoughPairs(facts) ? [counted("PAIRS_WAITING", "/admin/runs/new", newPairs)] : []),
    ...(newlyQuarantined > 0 ? [counted("RATERS_QUARANTINED", "/admin/raters", newlyQuarantined)] : []),
    ...(enoughTasks({ tasksOpen }) ? [counted("TASKS_WAITING", "/admin/annotation", tasksOpen)] : []),
    ...(stoppedImports > 0 ? [counted("IMPORTS_STOPPED", "/admin/imports", stoppedImports)] : []),
  ];
}
