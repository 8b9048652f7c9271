/** The order of a head's channels, in which Llama's GGUF files and Hugging Face's differ. */

import type { ModelConfig } from "./model-config.ts";

/** What of a model decides how its heads are laid out. */
export type HeadLayout = Pick<ModelConfig, "architecture" | "heads" | "kvHeads" | "headWidth" | "layers">;

/**
 * Where each of `heads`·headWidth channels of queries or keys stands in a GGUF file, by its place in Hugging Face's
 * layout, [heads·headWidth]. Llama's rotary embedding turns neighbouring channels in GGUF but the two halves of a head
 * there, so the converter to GGUF reorders them within each head: channel (half, i) there is (i, half) here. Qwen's
 * files keep Hugging Face's order.
 */
export function ggufChannels({ architecture, headWidth }: HeadLayout, heads: number): Int32Array {
  const channels = Int32Array.from({ length: heads * headWidth }, (_, channel) => channel);
  if (architecture !== "llama") return channels;
  return channels.map((channel) => {
    const within = channel % headWidth;
    const [half, i] = [Math.floor(within / (headWidth / 2)), within % (headWidth / 2)];
    return channel - within + 2 * i + half;
  });
}
