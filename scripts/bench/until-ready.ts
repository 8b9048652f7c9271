// Waits for an inference process of a bench.
import type { ChildProcess } from "node:child_process";
import type { ServingBackend } from "../../server/engine-client.ts";

/** @throws Error when the process ends instead */
export async function untilReady(client: ServingBackend, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const health = await client.health().catch(() => null);
    if (health?.ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the inference process ended; its words stand above");
}
