// Adapters of the starter model as an admin brings them along: random ones that hardly change what it says.
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readModelConfig } from "../../server/gguf/model-config.ts";
import { openGguf } from "../../server/gguf/reader.ts";
import type { Person } from "./api.ts";
import { writeTinyAdapter } from "./tiny-model.ts";

export const STARTER = "models/starter.gguf";

interface Changes {
  seed: number;
  rank?: number;
  /** Wider than the starter's layers, as an adapter of another model is. */
  wider?: number;
}

/** An adapter.gguf for the starter; another seed makes another one. */
export function starterAdapter({ seed, rank = 4, wider = 0 }: Changes): Buffer {
  const file = openGguf(STARTER);
  const config = readModelConfig(file);
  file.close();
  const made = path.join(os.tmpdir(), `brought-${randomUUID()}.gguf`);
  const fitting = { ...config, width: config.width + wider };
  writeTinyAdapter(made, fitting, { rank, alpha: 2 * rank, seed, deviation: 0.01 });
  const body = fs.readFileSync(made);
  fs.rmSync(made);
  return body;
}

/** Sends one past the page, and calls its gate off: measuring takes the trainer a minute that other tests need. @returns its id */
export async function bringAdapter(admin: Person, body: Buffer, name: string): Promise<string> {
  const sent = await admin.fetch(`/api/adapters?${new URLSearchParams({ fileName: "theirs.gguf", name })}`, {
    method: "POST",
    body: new Uint8Array(body),
  });
  const { adapterId } = (await sent.json()) as { adapterId?: string };
  if (!adapterId) throw new Error(`The import was answered with ${sent.status}`);
  await callOffGates(admin, adapterId);
  return adapterId;
}

/** Ends whatever measures this adapter. */
export async function callOffGates({ trpc }: Person, adapterId: string): Promise<void> {
  const { items } = await trpc.gate.list.query({ adapterId });
  for (const { id, status } of items) {
    if (status === "QUEUED" || status === "RUNNING") await trpc.gate.cancel.mutate({ id });
  }
}
