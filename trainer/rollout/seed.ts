/** Seeds that follow from a place in a run and from nothing else, so that a resumed run draws what it would have drawn. */

import { createHash } from "node:crypto";

/** A whole number below 2⁴⁸, unrelated for every other list of numbers. */
export function derivedSeed(...place: readonly number[]): number {
  return createHash("sha256").update(place.join("/")).digest().readUIntBE(0, 6);
}
