// The browser's hash of a file equals the one that the server works out, however the file is cut.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sha256OfFile } from "../../../app/_lib/file-hash.ts";
import { Sha256 } from "../../../app/_lib/sha256.ts";

test("equals Node's for every length around a block's end, and in any pieces", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.nat({ max: 300 }), { maxLength: 5 }), (bytes, cuts) => {
      const hash = new Sha256();
      const edges = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      for (let i = 1; i < edges.length; i++) hash.update(bytes.subarray(edges[i - 1], edges[i]));
      expect(hash.hex()).toBe(createHash("sha256").update(bytes).digest("hex"));
    }),
    { numRuns: 500 },
  );
});

test("a file is read in slices, and says how far", async () => {
  const bytes = new Uint8Array(9 * 2 ** 20).map((_, i) => i * 7);
  const shares: number[] = [];
  const found = await sha256OfFile(new Blob([bytes]), (share) => shares.push(share));
  expect(found).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(shares).toEqual([expect.closeTo(8 / 9, 5), 1]);
});
