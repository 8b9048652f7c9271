/** The one door to TensorFlow.js: the union package, because tfjs-core alone registers no gradients in Node. */
import { createRequire } from "node:module";

import type * as TensorFlow from "@tensorflow/tfjs";

// The package's Node build is CommonJS whose names Node cannot list for an ES import; require gives them all.
export const tf = createRequire(import.meta.url)("@tensorflow/tfjs") as typeof TensorFlow;

// Without its production mode it prints a banner on the first tensor and looks for NaN behind every kernel.
tf.enableProdMode();

export type Tensor = TensorFlow.Tensor;
export type TensorInfo = TensorFlow.TensorInfo;
