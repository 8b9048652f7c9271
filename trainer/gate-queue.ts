/** The queue of Gates: the rows themselves, looked at every second; one at a time, in turn with everything else that is heavy. */

import { setTimeout as sleep } from "node:timers/promises";
import {
  beatGate,
  claimGate,
  failGate,
  GATE_LEASE_SECONDS,
  gateWaits,
  returnGate,
} from "../server/domain/gate/hold.ts";
import { logger } from "../server/log.ts";
import { inWork } from "../server/work.ts";
import { doGate, type GateServices } from "./gate/job.ts";
import { failureOf, holdLease, LeaseLost } from "./lease.ts";
import type { Turns } from "./turns.ts";

export interface GateWorkerServices extends GateServices {
  /** Names this trainer in the lease. */
  owner: string;
  /** Aborted when the process is to end: the Gate under way is given back. */
  shutdown: AbortSignal;
}

/** How a claimed Gate left this trainer. */
export type GateOutcome = "nothing to do" | "measured" | "failed" | "returned" | "lost";

/** Somebody who calls a Gate off need not wait long for the trainer to notice. */
const BEAT_MS = 3000;
const POLLING_MS = 1000;

/** Does the Gate that is next, if there is one. @throws only when the database cannot be told how it ended */
export async function workOnGate(services: GateWorkerServices): Promise<GateOutcome> {
  const { db, owner, shutdown } = services;
  if (shutdown.aborted) return "nothing to do";
  const claimed = await claimGate(db, { owner });
  if (!claimed) return "nothing to do";
  const { gateId, attempt } = claimed;
  const log = logger("gate").child({ gateId, attempt });
  const lease = holdLease({
    beat: () => beatGate(db, claimed),
    everyMs: BEAT_MS,
    leaseMs: GATE_LEASE_SECONDS * 1000,
  });
  try {
    log.info({ adapter: claimed.gate.adapter.sha256, live: claimed.gate.liveAdapter?.sha256 ?? null }, "gate begins");
    await inWork({ kind: "gate", id: gateId }, () => doGate(services, { claimed, lease, pause: shutdown }));
    log.info("gate measured");
    return "measured";
  } catch (error) {
    if (error instanceof LeaseLost || lease.signal.reason instanceof LeaseLost) {
      log.warn({ err: error }, "gate lost to another trainer, or called off");
      return "lost";
    }
    if (shutdown.aborted) {
      log.info("gate given back");
      return (await returnGate(db, claimed)) ? "returned" : "lost";
    }
    log.error({ err: error }, "gate failed");
    return (await failGate(db, claimed, { ...failureOf(error), now: new Date() })) ? "failed" : "lost";
  } finally {
    lease.release();
  }
}

/** Works on Gates until the returned function is called, which resolves when none is under way. */
export function workOnGates(services: GateWorkerServices, turns: Turns): () => Promise<void> {
  const { db, shutdown } = services;
  const stopping = new AbortController();
  const signal = AbortSignal.any([shutdown, stopping.signal]);
  const loop = (async () => {
    while (!signal.aborted) {
      try {
        // The turn is taken before the Gate: a claimed one must not wait for another's run with its lease running out.
        if (await gateWaits(db)) await turns.take(() => workOnGate(services), { soon: true, signal });
      } catch (err) {
        if (!signal.aborted) logger("gate").error({ err }, "the queue of gates failed; it is looked at again");
      }
      await sleep(POLLING_MS, undefined, { signal }).catch(() => {});
    }
  })();
  return async () => {
    stopping.abort();
    await loop;
  };
}
