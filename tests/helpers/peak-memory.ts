// The most memory that this process has held at once.
import { existsSync, readFileSync } from "node:fs";

const STATUS = "/proc/self/status";

/** @returns MB. Linux's own figure where there is one: what `resourceUsage` says begins at the parent's, of whatever size that is. */
export function peakMemory(): number {
  if (!existsSync(STATUS)) return process.resourceUsage().maxRSS / 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(STATUS, "utf8"))![1]) / 1024;
}
