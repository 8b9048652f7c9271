// Runs parts one after the other under headings and adds up their counts.
import fs from "node:fs";
import path from "node:path";
import type { Counts, Part, PartContext } from "./parts.ts";

interface RunOptions {
  root: string;
  onLeave: (close: () => unknown) => void;
}

/**
 * Runs every part whatever the others' results; a part that throws counts as one failure.
 * The last line on standard output is always `N passed, N failed, N skipped`.
 * @returns the exit status: 0 when nothing failed
 */
export async function runParts(parts: Part[], { root, onLeave }: RunOptions): Promise<number> {
  const reports = path.join(root, "tmp/test");
  fs.mkdirSync(reports, { recursive: true });
  const context: PartContext = { root, reports, onChild: onLeave };
  const rows: { name: string; counts: Counts; seconds: number }[] = [];
  for (const part of parts) {
    console.log(`\n━━━ ${part.name} ${"━".repeat(Math.max(3, 70 - part.name.length))}\n`);
    const began = Date.now();
    let counts: Counts;
    try {
      counts = await part.run(context);
    } catch (error) {
      console.error(error instanceof Error ? error.stack : error);
      counts = { passed: 0, failed: 1, skipped: 0 };
    }
    rows.push({ name: part.name, counts, seconds: (Date.now() - began) / 1000 });
  }

  console.log(`\n━━━ result ${"━".repeat(64)}\n`);
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, counts, seconds } of rows) {
    const mark = counts.failed > 0 ? "✗" : "✓";
    console.log(`${mark} ${name.padEnd(42)} ${sentence(counts).padEnd(36)} ${seconds.toFixed(1).padStart(7)} s`);
    for (const key of ["passed", "failed", "skipped"] as const) total[key] += counts[key];
  }
  console.log(`\n${sentence(total)}`);
  return total.failed > 0 ? 1 : 0;
}

const sentence = ({ passed, failed, skipped }: Counts) => `${passed} passed, ${failed} failed, ${skipped} skipped`;
