/** Long work of a process under its id: in every log line, in its trace, and in what the process says it is doing. */

import { withIds } from "./log-ids.ts";
import { inSpan, type TraceContext } from "./trace.ts";

export interface Work {
  kind: "run" | "gate" | "stage";
  id: string;
  /** From the message that asked for it. */
  trace?: TraceContext;
}

/** What is being done now, oldest first. */
const under = new Set<string>();

export async function inWork<T>({ kind, id, trace }: Work, work: () => Promise<T>): Promise<T> {
  const name = `${kind}:${id}`;
  under.add(name);
  try {
    return await withIds({ [`${kind}Id`]: id }, () => inSpan(kind, { [`hone.${kind}.id`]: id }, work, trace));
  } finally {
    under.delete(name);
  }
}

/** "run:<id>", "gate:<id>", "stage:<id>" or "idle". */
export const doing = (): string => [...under].at(-1) ?? "idle";
