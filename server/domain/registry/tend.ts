/** What the registry does on the side: files go as the retention policy says, and what nobody wants any more goes too. */

import type { Services } from "../../services.ts";
import { sweepIncoming } from "./incoming.ts";
import { sweepMerged } from "./merge.ts";
import { sweepAdapterFiles } from "./retention-plan.ts";

export async function tendRegistry(services: Pick<Services, "db" | "env">, now: Date): Promise<void> {
  await sweepAdapterFiles(services, now);
  await sweepIncoming(services.env, now);
  await sweepMerged(services.env, now);
}
