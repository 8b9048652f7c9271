/** Frozen linear layers that stay as they are in a Q8_0 file: 8-bit integers and a scale per block of 32. */

import { halfToFloat } from "../../server/gguf/quantisation.ts";

/** Values of a row that share one scale. */
export const BLOCK = 32;
const BLOCK_BYTES = 34;

/** A matrix W [out, in], in a multiple of 32: W[o, i] = values[o, i] · scales[o, ⌊i/32⌋]. */
export interface QuantisedTensor {
  name: string;
  /** [out, in] */
  shape: readonly [number, number];
  /** [out, in] */
  values: Int8Array;
  /** [out, in/32] */
  scales: Float32Array;
}

/** Name of a quantised tensor's scales beside its values. */
export const scalesOf = (name: string) => `${name} scales`;

/** The tensor in `bytes`, blocks of an F16 scale and 32 integers (GGUF's Q8_0). Nothing is rounded. */
export function readQ8(name: string, shape: readonly [number, number], bytes: Uint8Array): QuantisedTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = (shape[0] * shape[1]) / BLOCK;
  const values = new Int8Array(blocks * BLOCK);
  const scales = new Float32Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const at = block * BLOCK_BYTES;
    scales[block] = halfToFloat(view.getUint16(at, true));
    values.set(new Int8Array(bytes.buffer, bytes.byteOffset + at + 2, BLOCK), block * BLOCK);
  }
  return { name, shape, values, scales };
}
