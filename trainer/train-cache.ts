/** What a run works out before its first step, kept in its folder so that a resumed run need not do it again. */

import { readFile } from "node:fs/promises";
import { z } from "zod";
import { writeWhole } from "../server/whole-file.ts";
import type { ReferenceCache } from "./methods/dpo.ts";

const cachedReference = z.object({ chosen: z.array(z.number()), rejected: z.array(z.number()) });

/** The reference's log-probabilities. A JSON number carries every bit of a double, so cached values equal computed ones. */
export function referenceCacheAt(path: string, fingerprint: string): ReferenceCache {
  const cache = gatherCacheAt(path, fingerprint);
  return {
    async read() {
      const cached = cachedReference.safeParse(await cache.read());
      if (!cached.success) return null;
      return { chosen: Float64Array.from(cached.data.chosen), rejected: Float64Array.from(cached.data.rejected) };
    },
    write: ({ chosen, rejected }) => cache.write({ chosen: [...chosen], rejected: [...rejected] }),
  };
}

const envelope = z.object({ fingerprint: z.string(), value: z.unknown() });

/**
 * Any JSON value that a method gathered: drafts, teacher's replies, verdicts. Whoever reads it checks its shape.
 * A damaged or foreign file counts as none: it costs gathering again, no more.
 */
export function gatherCacheAt(path: string, fingerprint: string) {
  return {
    async read(): Promise<unknown> {
      const text = await readFile(path, "utf8").catch(() => null);
      const cached = envelope.safeParse(text === null ? null : parsed(text));
      return cached.success && cached.data.fingerprint === fingerprint ? cached.data.value : null;
    },
    write: (value: unknown): Promise<void> => writeWhole(path, [JSON.stringify({ fingerprint, value })]),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
