// Network ports: whether one can be had, and whether what should listen on it answers.
import { tryListen } from "../../server/free-port.ts";
import { StartError } from "../start/report.mjs";
import type { createChildren } from "./children.ts";

const ANSWER_LIMIT_MS = 120_000;
/** A child that died this often before it ever answered will not come up. */
const MOST_FAILURES = 4;

/** @throws StartError PORT_TAKEN or BAD_SETTING */
export async function claimPort(host: string, port: number): Promise<void> {
  try {
    await tryListen(host, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new StartError(
        "PORT_TAKEN",
        `Port ${port} on ${host} is taken by another program. Stop that program, or choose another with PORT=${port + 1} npm start.`,
      );
    }
    if (code === "EACCES") {
      throw new StartError(
        "PORT_FORBIDDEN",
        `This user may not listen on port ${port}. Choose one above 1023 with PORT.`,
      );
    }
    throw new StartError("BAD_SETTING", `HOST=${host} PORT=${port}: cannot listen there (${message}).`);
  }
}

/**
 * Waits for a child's health page to say yes.
 * @throws StartError CHILD_FAILED with the last lines of its log when it keeps dying or stays silent
 */
export async function waitUntilAnswers({
  name,
  url,
  secret,
  children,
}: {
  name: string;
  url: string;
  secret?: string;
  children: ReturnType<typeof createChildren>;
}): Promise<void> {
  const headers: Record<string, string> = secret ? { authorization: `Bearer ${secret}` } : {};
  for (const deadline = Date.now() + ANSWER_LIMIT_MS; ; ) {
    if (await answers(url, headers)) return;
    if (children.failures(name) >= MOST_FAILURES || Date.now() > deadline) {
      throw new StartError(
        "CHILD_FAILED",
        `The ${name} process does not come up. The end of its log:\n${children.logTail(name)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function answers(url: string, headers: Record<string, string>): Promise<boolean> {
  try {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    const body = (await response.json()) as { ready?: boolean };
    return response.ok && body.ready !== false;
  } catch {
    return false;
  }
}
