/** Adapters of every kind in PEFT's layout, where it has one. */

import { hasHead } from "../../server/gguf/lora.ts";
import { loraAsPeft, type PeftContent, writePeftFiles } from "../../server/gguf/peft.ts";
import type { HeadLayout } from "../../server/gguf/rotary-order.ts";
import type { AdapterWeights } from "../engine/contract.ts";
import { virtualTokens } from "./peft-virtual-tokens.ts";

/**
 * Writes both files into `folder`, or nothing where PEFT has no such adapter: it knows no bottleneck of ours, and no
 * score on virtual tokens that it would read at the same place.
 * @param baseName what the config names as the base model; PEFT's loader lets the user pass another
 */
export async function writePeft(
  folder: string,
  adapter: AdapterWeights,
  model: HeadLayout,
  baseName: string,
): Promise<void> {
  const content = peftContent(adapter, model, baseName);
  if (content) await writePeftFiles(folder, content);
}

function peftContent(adapter: AdapterWeights, model: HeadLayout, baseName: string): PeftContent | null {
  if (adapter.kind === "lora") return loraAsPeft(adapter, model, baseName);
  return adapter.kind === "bottleneck" || hasHead(adapter) ? null : virtualTokens(adapter, model, baseName);
}
