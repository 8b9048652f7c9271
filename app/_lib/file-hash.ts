// SHA-256 of a file of any size, read in slices: the browser's own digest wants the whole file in memory.
import { Sha256 } from "./sha256.ts";

const SLICE_BYTES = 8 * 2 ** 20;

/** Hex. @param onProgress share of the file that is read, 0 to 1 */
export async function sha256OfFile(file: Blob, onProgress?: (share: number) => void): Promise<string> {
  const hash = new Sha256();
  for (let from = 0; from < file.size; from += SLICE_BYTES) {
    hash.update(new Uint8Array(await file.slice(from, from + SLICE_BYTES).arrayBuffer()));
    onProgress?.(Math.min(1, (from + SLICE_BYTES) / file.size));
  }
  return hash.hex();
}
