/** What each TensorFlow.js kernel is in ONNX. A kernel that is missing here fails the trace by name, never silently. */

import type { NamedTensorInfoMap } from "@tensorflow/tfjs";

import { BLOCK } from "../quantised.ts";
import { ONNX_TYPE } from "./onnx-proto.ts";
import { DEQUANTISE } from "./ops.ts";
import { type TensorInfo, tf } from "./tf.ts";
import type { DType, TraceBackend } from "./trace.ts";

/** Inputs and attributes as TensorFlow.js hands them over: named by the kernel, checked by its own operations. */
type Kernel = (backend: TraceBackend, inputs: Record<string, TensorInfo>, attributes: Attributes) => TensorInfo;

interface Attributes {
  axis: number | number[];
  reductionIndices: number | number[];
  keepDims: boolean;
  dim: number;
  shape: number[];
  perm: number[];
  begin: number | number[];
  size: number | number[];
  paddings: [number, number][];
  constantValue: number;
  reps: number[];
  transposeA: boolean;
  transposeB: boolean;
  dtype: DType;
  value: number;
  depth: number;
  onValue: number;
  offValue: number;
  batchDims: number;
}

const KERNELS: Record<string, Kernel> = {
  ...each(
    { Add: "Add", Sub: "Sub", Multiply: "Mul", RealDiv: "Div", Maximum: "Max", Minimum: "Min", Pow: "Pow" },
    (operator) => {
      return (g, { a, b }) => g.emit(operator, [a!, b!], broadcast(a!, b!), a!.dtype);
    },
  ),
  ...each({ Greater: "Greater", GreaterEqual: "GreaterOrEqual", Less: "Less", Equal: "Equal" }, (operator) => {
    return (g, { a, b }) => g.emit(operator, [a!, b!], broadcast(a!, b!), "bool");
  }),
  ...each(
    { Neg: "Neg", Sqrt: "Sqrt", Exp: "Exp", Log: "Log", Sigmoid: "Sigmoid", Reciprocal: "Reciprocal", Tanh: "Tanh" },
    (operator) => {
      return (g, { x }) => g.emit(operator, [x!], x!.shape, x!.dtype);
    },
  ),
  ...each({ Sum: "ReduceSum", Mean: "ReduceMean", Max: "ReduceMax" }, (operator) => {
    return (g, { x }, { axis, reductionIndices, keepDims }) =>
      reduce(g, operator, x!, axis ?? reductionIndices, keepDims);
  }),
  Square: (g, { x }) => g.emit("Mul", [x!, x!], x!.shape, x!.dtype),
  Rsqrt: (g, { x }) => g.emit("Reciprocal", [g.emit("Sqrt", [x!], x!.shape, x!.dtype)], x!.shape, x!.dtype),
  Softmax: (g, { logits }, { dim }) => g.emit("Softmax", [logits!], logits!.shape, "float32", { axis: dim }),
  ArgMax: (g, { x }, { axis }) => {
    const [along] = tf.util.parseAxisParam(axis, x!.shape) as [number];
    const shape = x!.shape.filter((_, i) => i !== along);
    return cast(g, g.emit("ArgMax", [x!], shape, "int64", { axis: along, keepdims: 0 }), "int32");
  },
  Identity: (g, { x }) => g.tensorInfo(g.nameOf(x!), x!.shape, x!.dtype),
  Reshape: (g, { x }, { shape }) => reshape(g, x!, tf.util.inferFromImplicitShape(shape, size(x!))),
  ExpandDims: (g, { input }, { dim }) => {
    const at = dim < 0 ? input!.shape.length + dim + 1 : dim;
    return reshape(g, input!, input!.shape.toSpliced(at, 0, 1));
  },
  Transpose: (g, { x }, { perm }) =>
    g.emit(
      "Transpose",
      [x!],
      perm.map((i) => x!.shape[i]!),
      x!.dtype,
      { perm },
    ),
  Concat: (g, inputs, { axis }) => {
    const parts = Object.values(inputs);
    const [along] = tf.util.parseAxisParam(axis, parts[0]!.shape) as [number];
    const total = parts.reduce((sum, part) => sum + part.shape[along]!, 0);
    return g.emit("Concat", parts, parts[0]!.shape.with(along, total), parts[0]!.dtype, { axis: along });
  },
  Slice: (g, { x }, { begin, size }) => {
    const [from, count] = tf.slice_util.parseSliceParams(x as never, begin, size) as [number[], number[]];
    const bounds = [from, from.map((start, i) => start + count[i]!), from.map((_, i) => i)];
    return g.emit("Slice", [x!, ...bounds.map((values) => g.recorder.integers(values))], count, x!.dtype);
  },
  PadV2: (g, { x }, { paddings, constantValue }) => {
    const amounts = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)];
    const shape = x!.shape.map((extent, i) => extent + paddings[i]![0] + paddings[i]![1]);
    const value = g.recorder.constant("float32", [], Float32Array.of(constantValue));
    return g.emit("Pad", [x!, g.recorder.integers(amounts), value], shape, x!.dtype);
  },
  Tile: (g, { x }, { reps }) => {
    return g.emit(
      "Tile",
      [x!, g.recorder.integers(reps)],
      x!.shape.map((extent, i) => extent * reps[i]!),
      x!.dtype,
    );
  },
  GatherV2: (g, { x, indices }, { axis, batchDims }) => {
    if (batchDims)
      throw new Error("tracing: gather with batchDims has no gradient in TensorFlow.js; use matMul with a one-hot");
    const [along] = tf.util.parseAxisParam(axis, x!.shape) as [number];
    const shape = [...x!.shape.slice(0, along), ...indices!.shape, ...x!.shape.slice(along + 1)];
    return g.emit("Gather", [x!, indices!], shape, x!.dtype, { axis: along });
  },
  // Not ONNX's OneHot: that one wants int64 and is missing on GPUs. Equal against 0, 1, 2, … is the same.
  OneHot: (g, { indices }, { depth }) => {
    const numbers = g.recorder.constant(
      "int32",
      [depth],
      Int32Array.from({ length: depth }, (_, i) => i),
    );
    const column = reshape(g, indices!, [...indices!.shape, 1]);
    return cast(g, g.emit("Equal", [column, numbers], [...indices!.shape, depth], "bool"), "float32");
  },
  Fill: (g, _, { shape, value }) => fill(g, shape, value),
  ZerosLike: (g, { x }) => fill(g, x!.shape, 0),
  OnesLike: (g, { x }) => fill(g, x!.shape, 1),
  // A chain of Add: ONNX's Sum falls back to the CPU on a GPU.
  AddN: (g, inputs) => {
    return Object.values(inputs).reduce((sum, part) => g.emit("Add", [sum, part], sum.shape, sum.dtype));
  },
  Cast: (g, { x }, { dtype }) => cast(g, x!, dtype),
  [DEQUANTISE]: (g, { values, scales }) => {
    return g.emit("DequantizeLinear", [values!, scales!], values!.shape, "float32", { axis: 1, block_size: BLOCK });
  },
  BatchMatMul: (g, { a, b }, { transposeA, transposeB }) => matMul(g, a!, b!, transposeA, transposeB),
};

/** Registers every kernel above for the backend of this name. */
export function registerKernels(backendName: string): void {
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(
          backend as TraceBackend,
          inputs as NamedTensorInfoMap as Record<string, TensorInfo>,
          (attrs ?? {}) as never,
        ),
    });
  }
}

/** One kernel per entry, all of one form: TensorFlow.js name → ONNX name. */
function each(names: Record<string, string>, kernel: (operator: string) => Kernel): Record<string, Kernel> {
  return Object.fromEntries(Object.entries(names).map(([name, operator]) => [name, kernel(operator)]));
}

const size = (tensor: TensorInfo) => tf.util.sizeFromShape(tensor.shape);
const broadcast = (a: TensorInfo, b: TensorInfo) => tf.broadcast_util.assertAndGetBroadcastShape(a.shape, b.shape);

function reshape(g: TraceBackend, x: TensorInfo, shape: number[]): TensorInfo {
  if (tf.util.arraysEqual(shape, x.shape)) return g.tensorInfo(g.nameOf(x), shape, x.dtype);
  return g.emit("Reshape", [x, g.recorder.integers(shape)], shape, x.dtype);
}

function cast(g: TraceBackend, x: TensorInfo, dtype: DType): TensorInfo {
  if (x.dtype === dtype) return g.tensorInfo(g.nameOf(x), x.shape, dtype);
  return g.emit("Cast", [x], x.shape, dtype, { to: ONNX_TYPE[dtype] });
}

function fill(g: TraceBackend, shape: number[], value: number): TensorInfo {
  const one = g.recorder.constant("float32", [], Float32Array.of(value));
  return g.emit("Expand", [one, g.recorder.integers(shape)], shape, "float32");
}

function reduce(
  g: TraceBackend,
  operator: string,
  x: TensorInfo,
  axis: number | number[],
  keepDims: boolean,
): TensorInfo {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const shape = x.shape.flatMap((extent, i) => (!axes.includes(i) ? [extent] : keepDims ? [1] : []));
  if (axes.length === 0) return g.tensorInfo(g.nameOf(x), shape, x.dtype);
  const made = g.recorder.producer.get(g.nameOf(x));
  const isSquare = made?.operator === "Mul" && made.inputs[0] === made.inputs[1];
  // A sum of squares in one pass over memory instead of two: RMSNorm does it three times per block.
  const fused = operator === "ReduceSum" && isSquare && g.recorder.dialect === "cpu";
  const [name, source] = fused ? ["ReduceSumSquare", made.inputs[0]!] : [operator, g.nameOf(x)];
  return g.emit(name, [source, g.recorder.integers(axes)], shape, x.dtype, { keepdims: keepDims ? 1 : 0 });
}

function matMul(g: TraceBackend, a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): TensorInfo {
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...outer, rows, columns];
  if (!transposeA && !transposeB) return g.emit("MatMul", [a, b], shape, "float32");
  if (g.recorder.dialect === "cpu") {
    const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: 1 } };
    return g.emit("FusedMatMul", [a, b], shape, "float32", attributes, "com.microsoft");
  }
  const flip = (x: TensorInfo) => {
    const last = x.shape.length - 1;
    const perm = x.shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
    return g.emit(
      "Transpose",
      [x],
      perm.map((i) => x.shape[i]!),
      "float32",
      { perm },
    );
  };
  return g.emit("MatMul", [transposeA ? flip(a) : a, transposeB ? flip(b) : b], shape, "float32");
}
