/** A recorded graph and the ONNX models made of it: whole, or cut in two where an input is known only later. */

import { encodeModel, type OnnxConstant, type OnnxNode, type OnnxValue } from "./onnx-proto.ts";

export interface Graph {
  /** In an order in which they can run. */
  nodes: readonly OnnxNode[];
  constants: readonly OnnxConstant[];
  inputs: readonly OnnxValue[];
  /** Values to return: the program's name for each and the graph's. */
  outputs: readonly { name: string; value: string }[];
  /** Type and shape of every value. */
  values: ReadonlyMap<string, OnnxValue>;
}

/** One ONNX model: what it must be fed and what it returns, both by the graph's names. */
export interface Stage {
  model: Uint8Array;
  feeds: readonly OnnxValue[];
  returns: readonly string[];
}

export interface CutGraph {
  /** Everything that does not depend on the late inputs. */
  early: Stage;
  /** Values that the early stage leaves for the late one, among `early.returns`. */
  held: readonly string[];
  late: Stage;
}

/** The graph as one model. */
export function wholeStage(graph: Graph): Stage {
  return stageOf(graph, graph.inputs, graph.nodes, [...new Set(graph.outputs.map(({ value }) => value))]);
}

/**
 * The graph as two models. For a gradient program with a late upstream the first is the forward pass and the second
 * the backward pass: nothing is computed twice, and what backward needs is exactly what crosses the cut.
 */
export function cutGraph(graph: Graph, lateInputs: readonly string[]): CutGraph {
  const outputs = [...new Set(graph.outputs.map(({ value }) => value))];
  const isLate = new Set(lateInputs);
  for (const { inputs, output } of graph.nodes) if (inputs.some((input) => isLate.has(input))) isLate.add(output);

  const late = needed(graph.nodes, outputs).filter(({ output }) => isLate.has(output));
  const early = graph.nodes.filter(({ output }) => !isLate.has(output));
  const madeEarly = new Set(early.map(({ output }) => output));
  const crossing = new Set(late.flatMap(({ inputs }) => inputs).filter((input) => madeEarly.has(input)));
  const held = [...crossing].map((name) => graph.values.get(name)!);

  const both = outputs.find((value) => crossing.has(value));
  if (both) throw new Error(`value ${both} is an output and is needed later; copy it in the program`);
  const earlyOutputs = outputs.filter((value) => !isLate.has(value));
  const lateOutputs = outputs.filter((value) => isLate.has(value));
  return {
    early: stageOf(graph, graph.inputs, early, [...new Set([...earlyOutputs, ...crossing])]),
    held: held.map(({ name }) => name),
    late: stageOf(graph, [...graph.inputs, ...held], late, lateOutputs),
  };
}

/** The nodes that `outputs` depend on; gradients of things nobody asked for are recorded too. */
function needed(nodes: readonly OnnxNode[], outputs: readonly string[]): OnnxNode[] {
  const wanted = new Set(outputs);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!wanted.has(node.output)) continue;
    kept.push(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return kept.reverse();
}

function stageOf(
  graph: Graph,
  inputs: readonly OnnxValue[],
  nodes: readonly OnnxNode[],
  returns: readonly string[],
): Stage {
  const kept = needed(nodes, returns);
  const read = new Set(kept.flatMap((node) => node.inputs));
  const feeds = inputs.filter(({ name }) => read.has(name));
  const constants = graph.constants.filter(({ name }) => read.has(name));
  const outputs = returns.map((name) => graph.values.get(name)!);
  // Written last node first. onnxruntime runs what stands late in the file early (a depth-first walk back from the
  // outputs, highest number first); in recorded order it would leave every weight's gradient, and the activations that
  // gradient needs, to the very end. Checkpointed, 16 layers then took 140 MB of activations instead of 25.
  const model = encodeModel({ nodes: kept.toReversed(), constants, inputs: feeds, outputs });
  return { model, feeds, returns };
}
