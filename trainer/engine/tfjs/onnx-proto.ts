/** Writes ONNX models: the few protobuf messages of onnx.proto3 that a traced graph needs, encoded by hand. */

/** Element types of ONNX tensors (TensorProto.DataType) by their TensorFlow.js name. */
export const ONNX_TYPE = { float32: 1, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof ONNX_TYPE;

/** Attribute of a node. Numbers are written as integers unless wrapped: ONNX tells the two apart. */
export type Attribute = number | readonly number[] | { float: number };

export interface OnnxNode {
  operator: string;
  inputs: readonly string[];
  output: string;
  attributes?: Readonly<Record<string, Attribute>>;
  /** "" is ONNX itself, "com.microsoft" the contributed operators of onnxruntime. */
  domain?: string;
}

export interface OnnxValue {
  name: string;
  type: OnnxType;
  shape: readonly number[];
}

export interface OnnxConstant extends OnnxValue {
  data: Float32Array | Int32Array | Int8Array | BigInt64Array | Uint8Array;
}

export interface OnnxGraph {
  nodes: readonly OnnxNode[];
  constants: readonly OnnxConstant[];
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
}

// Opset 21 is the newest that every provider of onnxruntime 1.30 implements for the operators we emit.
const OPSET = 21;
const IR_VERSION = 10;

/** The bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph): Uint8Array {
  const body: Part[] = [
    ...graph.nodes.map((node) => message(1, encodeNode(node))),
    text(2, "hone"),
    ...graph.constants.map((constant) => message(5, encodeConstant(constant))),
    ...graph.inputs.map((value) => message(11, encodeValue(value))),
    ...graph.outputs.map((value) => message(12, encodeValue(value))),
  ];
  const model = [
    integer(1, IR_VERSION),
    text(2, "hone"),
    message(7, body),
    message(8, [integer(2, OPSET)]),
    message(8, [text(1, "com.microsoft"), integer(2, 1)]),
  ];
  return Buffer.concat(model.flat());
}

function encodeNode({ operator, inputs, output, attributes = {}, domain }: OnnxNode): Part[] {
  return [
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, `${operator}_${output}`),
    text(4, operator),
    ...Object.entries(attributes).map(([name, value]) => message(5, encodeAttribute(name, value))),
    ...(domain ? [text(7, domain)] : []),
  ];
}

function encodeAttribute(name: string, value: Attribute): Part[] {
  const [FLOAT, INT, INTS] = [1, 2, 7];
  if (typeof value === "number") return [text(1, name), integer(3, value), integer(20, INT)];
  if ("float" in value) return [text(1, name), float(2, value.float), integer(20, FLOAT)];
  return [text(1, name), ...value.map((item) => integer(8, item)), integer(20, INTS)];
}

function encodeConstant({ name, type, shape, data }: OnnxConstant): Part[] {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...shape.map((size) => integer(1, size)), integer(2, ONNX_TYPE[type]), text(8, name), bytes(9, raw)];
}

function encodeValue({ name, type, shape }: OnnxValue): Part[] {
  const dimensions = shape.map((size) => message(1, [integer(1, size)]));
  const tensor = message(1, [integer(1, ONNX_TYPE[type]), message(2, dimensions)]);
  return [text(1, name), message(2, [tensor])];
}

// Protobuf wire format: a field is the varint (number << 3 | wire type), then a varint, 4 bytes, or a length and bytes.
const [VARINT, LENGTH_DELIMITED, FIXED32] = [0, 2, 5];

/** A field as the pieces it is made of. They are joined once at the end: frozen weights must not be copied per level. */
type Part = Uint8Array[];

function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value)); // negative numbers are written as 64-bit two's complement
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
  return Uint8Array.from(out);
}

const tag = (field: number, wire: number) => varint(field * 8 + wire);
const integer = (field: number, value: number): Part => [tag(field, VARINT), varint(value)];
const bytes = (field: number, value: Uint8Array): Part => [tag(field, LENGTH_DELIMITED), varint(value.length), value];
const text = (field: number, value: string): Part => bytes(field, Buffer.from(value, "utf8"));

function message(field: number, fields: readonly Part[]): Part {
  const pieces = fields.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [tag(field, LENGTH_DELIMITED), varint(length), ...pieces];
}

function float(field: number, value: number): Part {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return [tag(field, FIXED32), four];
}
