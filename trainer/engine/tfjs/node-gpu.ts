/** Finds @tensorflow/tfjs-node-gpu, an optional peer package that runs TensorFlow.js on CUDA. */

import { createRequire } from "node:module";
import util from "node:util";

import { tf } from "./tf.ts";

const PACKAGE = "@tensorflow/tfjs-node-gpu";
/** Name under which the package registers itself with TensorFlow.js. */
export const NODE_GPU_BACKEND = "tensorflow";

export type TfjsGpu = { usable: true } | { usable: false; reason: string };

/** Loads the package if it is there. `reason` ends a sentence that begins with "because". */
export function findTfjsGpu(): TfjsGpu {
  const require = createRequire(import.meta.url);
  try {
    require.resolve(PACKAGE);
  } catch {
    return { usable: false, reason: `${PACKAGE} is not installed` };
  }
  // The package calls a function that Node 23 took away.
  const legacy = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  try {
    require(PACKAGE);
  } catch (error) {
    return { usable: false, reason: `${PACKAGE} is installed but does not load (${(error as Error).message})` };
  }
  const backend = tf.findBackend(NODE_GPU_BACKEND) as { isUsingGpuDevice?: boolean } | null;
  if (!backend) return { usable: false, reason: `${PACKAGE} did not register with this copy of TensorFlow.js` };
  if (!backend.isUsingGpuDevice) return { usable: false, reason: `${PACKAGE} is installed but finds no CUDA device` };
  return { usable: true };
}
