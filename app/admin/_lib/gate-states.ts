// What the state of a Gate means for its pages: whether it is over, what comes next, and which suites its verdict rests on.
import type { GateReport, GateSummary, Suite, SuiteView } from "../../../server/domain/views/gate.ts";

export type GateStatus = GateSummary["status"];

/** Still waiting or at work, so that the page asks again. */
export function isMoving(status: GateStatus): boolean {
  return status === "QUEUED" || status === "RUNNING";
}

/** How often a page asks again: often while something moves, seldom otherwise. */
export const GATE_REFRESH_MS = { moving: 1_500, still: 15_000 };

const named = (suites: readonly SuiteView[], ...statuses: SuiteView["status"][]): Suite[] =>
  suites.filter(({ status }) => statuses.includes(status)).map(({ suite }) => suite);

/** A suite that is missing weighs like one that failed. */
export const failedSuites = (suites: readonly SuiteView[]): Suite[] => named(suites, "FAILED", "MISSING");
export const undecidedSuites = (suites: readonly SuiteView[]): Suite[] => named(suites, "UNDECIDED");

/** Of a summary's verdict, which begins with the count, the sentences that name suites; of one without such, all there is. */
export function pointers(verdict: GateSummary["verdict"], most: number): GateSummary["verdict"] {
  return verdict.length > 1 ? verdict.slice(1, 1 + most) : verdict;
}

/** A passed candidate is recommended by what people prefer and by what it has not forgotten. */
const RECOMMENDS: readonly Suite[] = ["heldOutPairs", "knowledge"];

/** The suites that the verdict rests on, the weightiest first: their reasons are why. */
export function weighing({ status, suites }: Pick<GateReport, "status" | "suites">): SuiteView[] {
  const of = (names: readonly Suite[]) => suites.filter(({ suite }) => names.includes(suite));
  if (status === "REFUSED") return of(failedSuites(suites));
  if (status === "UNDECIDED") return of(undecidedSuites(suites));
  return status === "PASSED" ? of(RECOMMENDS) : [];
}

/** What an admin can do about a candidate next, as one word that has a sentence. */
export type NextAct =
  | "wait" // it is being measured
  | "measureAgain" // no verdict
  | "stale" // a verdict against something that is no longer live
  | "superseded" // the adapter has been measured again since
  | "nothing" // refused: there is no way on from here but another run
  | "refusedByAdmin"
  | "taste" // the policy wants blind comparisons before the viewer's approval
  | "decide" // approvals are missing, more than the viewer's own
  | "approveByActivating" // the viewer's own approval is the last that is missing, and activating counts as one
  | "activate"
  | "live"
  | "wasLive";

type Standing = Pick<
  GateReport,
  "status" | "stale" | "approvals" | "approvalsNeeded" | "decisions" | "obstacles" | "deployment"
>;

/** @param viewerId whose click it would be; null while that is not known */
export function nextAct(gate: Standing, viewerId: string | null): NextAct {
  const hinders = (code: string) => gate.obstacles.some((obstacle) => obstacle.code === code);
  if (isMoving(gate.status)) return "wait";
  if (gate.deployment?.active) return "live";
  if (hinders("NOT_THE_NEWEST")) return "superseded";
  if (gate.status === "REFUSED") return "nothing";
  if (gate.deployment) return "wasLive";
  if (gate.status === "FAILED" || gate.status === "CANCELLED") return "measureAgain";
  if (gate.stale) return "stale";
  if (gate.decisions.some(({ approved, by }) => !approved && by?.id !== viewerId)) return "refusedByAdmin";
  if (hinders("TASTE_FIRST")) return "taste";
  const missing = gate.approvalsNeeded - gate.approvals;
  if (missing <= 0) return "activate";
  const said = gate.decisions.some(({ approved, by }) => approved && by?.id === viewerId);
  return missing === 1 && !said ? "approveByActivating" : "decide";
}

const OPEN: readonly NextAct[] = ["refusedByAdmin", "taste", "decide", "approveByActivating", "activate"];

/** Whether approvals and refusals still matter: the candidate may go live by this verdict and has not yet. */
export const isOpen = (act: NextAct): boolean => OPEN.includes(act);
