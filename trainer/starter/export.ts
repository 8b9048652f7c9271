/** Writes the starter as a GGUF that llama.cpp serves and the engine trains adapters on. */

import { CHATML_TEMPLATE, TOKEN_TYPE, writeBaseModel } from "../../server/gguf/write-model.ts";
import type { WrittenFile } from "../../server/gguf/writer.ts";
import type { NamedTensor } from "../engine/contract.ts";
import { type Bpe, CONTROL_TOKENS, TOKEN_ID } from "./bpe.ts";
import { CONFIG } from "./recipe.ts";

export function writeStarter(path: string, bpe: Bpe, tensors: readonly NamedTensor[]): WrittenFile {
  return writeBaseModel(path, {
    name: "hone-starter",
    description: "A very small English and Chinese chat model, made from nothing by Hone's own trainer.",
    licence: "MIT",
    config: CONFIG,
    vocabulary: {
      tokens: bpe.tokens,
      types: bpe.tokens.map((_, id) => (id < CONTROL_TOKENS.length ? TOKEN_TYPE.control : TOKEN_TYPE.normal)),
      merges: bpe.merges,
      pre: "qwen2",
      bosId: TOKEN_ID.endOfText,
      // Serving and training end a reply with the turn's end, which ChatML puts after every message.
      eosId: TOKEN_ID.turnEnd,
      padId: TOKEN_ID.pad,
    },
    chatTemplate: CHATML_TEMPLATE,
    tensors,
    type: "F16",
  });
}
