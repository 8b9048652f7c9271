/** Which Gates the overview tells of: the one that waits for a person, the last that went wrong, and a candidate without any. */

import type { GateStatus } from "../../../prisma/generated/enums.ts";
import type { Db } from "../../db.ts";
import { gatePolicySchema } from "../views/gate.ts";
import { pipelineSchema } from "../views/schedule.ts";
import { sentencesSchema } from "../views/sentence.ts";
import type { Facts, GateFact } from "./attention.ts";
import { isNews } from "./news.ts";

const ROW = {
  adapter: { select: { sha256: true } },
  firing: { select: { pipeline: true } },
} as const;

export async function readGateFacts(db: Db, now: Date): Promise<Pick<Facts, "lastGate" | "undecided" | "unmeasured">> {
  // One that has or had traffic is told of by its canary, and one that an admin has refused is no candidate any more.
  const candidate = { status: "CANDIDATE", deployments: { none: {} } } as const;
  const [last, waiting, adapter] = await Promise.all([
    db.gate.findFirst({
      where: { status: { notIn: ["QUEUED", "RUNNING", "CANCELLED"] } },
      ...{ orderBy: [{ createdAt: "desc" }, { id: "desc" }], include: ROW },
    }),
    db.gate.findFirst({
      where: { status: { in: ["PASSED", "UNDECIDED"] }, adapter: candidate },
      ...{ orderBy: [{ createdAt: "desc" }, { id: "desc" }], include: ROW },
    }),
    // What can never go live waits for nobody.
    db.adapter.findFirst({
      where: { servable: true },
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      select: { id: true, sha256: true, status: true, _count: { select: { gates: true } } },
    }),
  ]);
  const unmeasured = adapter?.status === "CANDIDATE" && adapter._count.gates === 0 ? adapter : null;
  return {
    lastGate: last && isNews(last.finishedAt ?? last.createdAt, now) ? factOf(last) : null,
    undecided: waiting && asksPeople(waiting) ? factOf(waiting) : null,
    unmeasured: unmeasured && { id: unmeasured.id, sha256: unmeasured.sha256 },
  };
}

interface GateRow {
  id: string;
  status: GateStatus;
  policy: unknown;
  verdict: unknown;
  error: string | null;
  adapter: { sha256: string };
  firing: { pipeline: unknown } | null;
}

/** A passed one of a policy that begins canaries by itself needs nobody. */
function asksPeople({ status, policy, firing }: GateRow): boolean {
  const { promotion } = pipelineSchema.pick({ promotion: true }).parse(firing?.pipeline ?? {});
  const wanted = promotion === "POLICY" ? gatePolicySchema.parse(policy).promotion : promotion;
  return status === "UNDECIDED" || wanted === "ASK";
}

const factOf = ({ id, status, adapter, verdict, error }: GateRow): GateFact => ({
  ...{ id, status, error, adapterSha256: adapter.sha256 },
  verdict: sentencesSchema.safeParse(verdict).data ?? [],
});
