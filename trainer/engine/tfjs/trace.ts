/** A TensorFlow.js backend that computes nothing: every kernel it is asked to run becomes a node of an ONNX graph. */

import type { DataStorage } from "@tensorflow/tfjs";

import type { Graph } from "./graph.ts";
import type { Attribute, OnnxConstant, OnnxNode, OnnxType, OnnxValue } from "./onnx-proto.ts";
import type { Constant, Program } from "./program.ts";
import { type Tensor, type TensorInfo, tf } from "./tf.ts";
import { registerKernels } from "./trace-kernels.ts";

export type DType = "float32" | "int32" | "bool";

/**
 * Which operators may be written. "cpu" uses fused operators of onnxruntime's CPU provider; "portable" keeps to those
 * that its GPU providers run too (FusedMatMul and ReduceSumSquare would fall back to the CPU there).
 */
export type Dialect = "cpu" | "portable";

/** What is behind a tensor of this backend: a named value of the graph, and its data where it is a constant. */
interface Traced {
  name: string;
  values?: Float32Array | Int32Array | Uint8Array;
}

/** Nodes and constants in the order of recording. */
export class Recorder {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxConstant>();
  readonly values = new Map<string, OnnxValue>();
  /** Node that makes a value; lets a kernel look at how its input came about. */
  readonly producer = new Map<string, OnnxNode>();
  #names = 0;

  constructor(readonly dialect: Dialect) {}

  fresh(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  node(operator: string, inputs: readonly string[], attributes?: Record<string, Attribute>, domain?: string): string {
    const node = { operator, inputs, output: this.fresh("t"), attributes, domain };
    this.nodes.push(node);
    this.producer.set(node.output, node);
    return node.output;
  }

  constant(type: OnnxType, shape: readonly number[], data: OnnxConstant["data"]): string {
    // Shapes and axes repeat in every layer: equal small constants share one name.
    const key = data.length <= 16 ? `c_${type}_${shape.join("x")}_${[...data].join("_")}` : this.fresh("c");
    if (!this.constants.has(key)) this.constants.set(key, { name: key, type, shape, data });
    return key;
  }

  /** Shapes, axes and slice bounds: ONNX wants them as an int64 vector. */
  integers(values: readonly number[]): string {
    return this.constant("int64", [values.length], BigInt64Array.from(values, BigInt));
  }
}

export class TraceBackend extends tf.KernelBackend {
  recorder = new Recorder("cpu");
  readonly #data: DataStorage<Traced> = new tf.DataStorage(this, tf.engine());

  /** A new tensor of this backend that stands for the graph's value `name`. */
  tensorInfo(name: string, shape: readonly number[], dtype: string, values?: Traced["values"]): TensorInfo {
    const dataId = {};
    this.#data.set(dataId, { name, values });
    // A tensor with the name of another is a view of it; the value has the shape it was made with.
    if (!this.recorder.values.has(name)) this.recorder.values.set(name, { name, type: dtype as OnnxType, shape });
    return { dataId, shape: [...shape], dtype: dtype as DType };
  }

  nameOf(tensor: TensorInfo): string {
    return this.#data.get(tensor.dataId).name;
  }

  /** Runs an ONNX operator on tensors (or graph values by name) and gives the result's tensor. */
  emit(
    operator: string,
    inputs: readonly (TensorInfo | string)[],
    shape: readonly number[],
    dtype: string,
    attributes?: Record<string, Attribute>,
    domain?: string,
  ): TensorInfo {
    const names = inputs.map((input) => (typeof input === "string" ? input : this.nameOf(input)));
    return this.tensorInfo(this.recorder.node(operator, names, attributes, domain), shape, dtype);
  }

  // What TensorFlow.js asks of every backend. Data arrives here when a program makes a constant.
  override write(values: Float32Array | Int32Array | Uint8Array, shape: number[], dtype: DType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype);
    return dataId;
  }
  override move(dataId: object, values: Float32Array | Int32Array | Uint8Array, shape: number[], dtype: DType): void {
    const data =
      dtype === "float32"
        ? Float32Array.from(values)
        : dtype === "int32"
          ? Int32Array.from(values)
          : Uint8Array.from(values);
    this.#data.set(dataId, { name: this.recorder.constant(dtype, shape, data), values: data });
  }
  override readSync(dataId: object): Float32Array | Int32Array | Uint8Array {
    const { name, values } = this.#data.get(dataId);
    if (!values)
      throw new Error(`tracing: ${name} is computed by the graph, so its values are not known while tracing`);
    return values;
  }
  override async read(dataId: object) {
    return this.readSync(dataId);
  }
  override numDataIds = () => this.#data.numDataIds();
  override disposeData = () => true;
  override refCount = () => 1;
  override incRef(): void {}
  override memory = () => ({ unreliable: true });
  override floatPrecision = () => 32 as const;
  override epsilon = () => 1e-7;
  override timerAvailable = () => false;
  override dispose(): void {}
}

const BACKEND = "hone-trace";
let backend: TraceBackend | undefined;

/** Records `program` as a graph. `frozen` inputs become constants of it, all others are fed on every run. */
export function trace(program: Program, dialect: Dialect, frozen: ReadonlyMap<string, Constant["data"]>): Graph {
  if (!backend) {
    backend = new TraceBackend();
    const made = backend;
    registerKernels(BACKEND);
    tf.registerBackend(BACKEND, () => made);
  }
  const recorder = new Recorder(dialect);
  backend.recorder = recorder;
  const before = tf.engine().backendName;
  // Takes effect before its first await, since our backend is made synchronously.
  void tf.setBackend(BACKEND);
  tf.engine().startScope(); // frees the bookkeeping of every tensor made on the way
  try {
    return record(program, backend, recorder, frozen);
  } finally {
    tf.engine().endScope();
    if (before) void tf.setBackend(before);
  }
}

function record(
  program: Program,
  backend: TraceBackend,
  recorder: Recorder,
  frozen: ReadonlyMap<string, Constant["data"]>,
): Graph {
  const inputs: OnnxValue[] = [];
  const constants: OnnxConstant[] = [];
  const placeholders: Record<string, Tensor> = {};
  for (const [name, { shape, type }] of Object.entries(program.inputs)) {
    const data = frozen.get(name);
    if (data) constants.push({ name, type, shape, data });
    else inputs.push({ name, type, shape });
    // TensorFlow.js has no int8: to it such a tensor is int32, and the one kernel that reads it knows better.
    recorder.values.set(name, { name, type, shape });
    const info = backend.tensorInfo(name, shape, type === "int8" ? "int32" : type);
    placeholders[name] = tf.engine().makeTensorFromTensorInfo(info, backend);
  }
  const results = Object.entries(program.build(placeholders));
  const outputs = results.map(([name, tensor]) => ({ name, value: backend.nameOf(tensor) }));
  constants.push(...recorder.constants.values());
  return { nodes: recorder.nodes, constants, inputs, outputs, values: recorder.values };
}
