// A gate's report as the server would send it, to be varied by tests of its pages.
import { type GateReport, gatePolicySchema, SUITES, type SuiteView } from "../../server/domain/views/gate.ts";

export const VIEWER = { id: "00000000-0000-7000-8000-000000000001", name: "Ann", email: "ann@example.com" };
export const OTHER = { id: "00000000-0000-7000-8000-000000000002", name: "Bo", email: "bo@example.com" };

const UNIT: Partial<Record<(typeof SUITES)[number], SuiteView["unit"]>> = {
  divergence: "nats",
  general: "nats",
  length: "ratio",
  speed: "ratio",
};

export function suiteView(suite: SuiteView["suite"], change: Partial<SuiteView> = {}): SuiteView {
  return {
    ...{ suite, status: "PASSED", unit: UNIT[suite] ?? "share", metrics: { value: 0.58, count: 120 }, seconds: 3 },
    ...{ value: { value: 0.58, low: 0.54, high: 0.62 }, threshold: { least: 0.5 }, reason: [] },
    ...change,
  };
}

export function gateReport(change: Partial<GateReport> = {}): GateReport {
  const at = new Date("2026-11-20T09:00:00Z");
  return {
    ...{ id: "00000000-0000-7000-8000-0000000000a1", status: "PASSED" },
    ...{ adapterId: "00000000-0000-7000-8000-0000000000b1", adapterSha256: "3f9a2c".padEnd(64, "0") },
    ...{ liveAdapterSha256: "aa11bb".padEnd(64, "0"), createdAt: at, startedAt: at },
    ...{ finishedAt: new Date("2026-11-20T09:01:05Z"), progress: null, winRate: null, verdict: [], stale: false },
    ...{ approvals: 0, approvalsNeeded: 1, policy: gatePolicySchema.parse({}) },
    suites: SUITES.map((suite) => suiteView(suite)),
    ...{ samples: [], decisions: [], tastes: { candidate: 0, live: 0, neither: 0 }, error: null, errorCode: null },
    ...{ runId: null, deployment: null, mayApprove: true, obstacles: [], yourTastes: { done: 0, total: 0 } },
    ...change,
  };
}
