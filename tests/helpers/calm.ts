// The instance as tests want it that count on what is live or wait for the trainer, whatever those before them have left.
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
