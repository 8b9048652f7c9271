// The instance as tests want it that count on what is live or wait for the trainer, whatever those before them have left.
import { gatePolicySchema } from "../../server/domain/views/gate.ts";
import type { Person } from "./api.ts";

/** Nothing frozen, no arm beside the default one, and that one the bare base. */
export async function bareBase({ trpc }: Person): Promise<void> {
  const { arms, frozen } = await trpc.deployment.traffic.query();
  if (frozen) await trpc.deployment.unfreeze.mutate();
  for (const { deploymentId, isDefault } of arms) {
    if (!isDefault) await trpc.deployment.stopArm.mutate({ deploymentId });
  }
  if (arms.some(({ isDefault, adapterId }) => isDefault && adapterId !== null)) {
    await trpc.deployment.activate.mutate({ adapterId: null });
  }
}

/** Every finished run leaves a gate behind that takes the trainer half a minute; those nobody waits for are called off. */
export async function freeTrainer({ trpc }: Person): Promise<void> {
  for (;;) {
    const { items } = await trpc.gate.list.query({});
    const open = items.filter(({ status }) => status === "QUEUED" || status === "RUNNING");
    if (open.length === 0) return;
    // One may end by itself meanwhile and cannot be called off any more.
    await Promise.allSettled(open.map(({ id }) => trpc.gate.cancel.mutate({ id })));
  }
}

/**
 * A policy under which a gate can neither refuse what a few sampled drafts have taught nor let it pass: drafts are drawn anew every time, and of
 * some a small model forgets a refusal or two. What gates make of good and bad adapters is tested with fixed seeds.
 */
export async function undecidedGates({ trpc }: Person): Promise<{ restore(): Promise<void> }> {
  const { gatePolicy: before } = await trpc.setting.get.query();
  const any = { winRate: 0, lengthControlledWinRate: 0, rewardWinRate: 0, judgeWinRate: 0, leastPairs: 100_000 };
  const near = {
    klBase: 1e6,
    klLive: 1e6,
    lengthRatio: { least: 1e-6, most: 1e6 },
    styleDrift: 1e6,
    generalLossRise: 1e6,
  };
  const able = { knowledgeDrop: 1, safetyDrop: 1, sycophancyDrop: 1, endingsDrop: 1, speedRatio: 0 };
  await trpc.setting.set.mutate({ gatePolicy: gatePolicySchema.parse({ ...any, ...near, ...able }) });
  return { restore: async () => void (await trpc.setting.set.mutate({ gatePolicy: before })) };
}
