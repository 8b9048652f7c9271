/** `npm run merge`: a base model and a LoRA adapter become one GGUF file. */

import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Merge } from "../../server/gguf/merge.ts";
import { STORAGE_TYPES } from "../../server/gguf/rewrite-model.ts";
import { mergeAdapter } from "../adapters/merge.ts";
import { bad, oneOf, parseOptions, required } from "./options.ts";
import { runProgram } from "./program.ts";

const HELP = `Folds a LoRA adapter into its base model: every matrix becomes W + (alpha / rank)·B·A. The file that comes out needs no
adapter: HONE_MODEL, llama.cpp and everything built on it can load it.

  npm run merge -- --base models/starter.gguf --adapter out/adapter.gguf --out merged.gguf

Options
  --base FILE     the base model the adapter was trained on, GGUF (default models/starter.gguf)
  --adapter FILE  adapter.gguf
  --out FILE      where the model goes; it appears whole or not at all
  --type TYPE     how matrices are stored: keep (as in the base; default), f32, f16 or q8_0.
                  keep stores what changes in a Q8_0 base as F16, since Q8_0's steps are coarser than what an adapter moves
  --overwrite     replace --out if it is there

All metadata of the base is kept, tokenizer and chat template included; hone.merged.base.sha256 and
hone.merged.adapter.sha256 record what it was made of. Memory: about twice the largest tensor in F32.
Exit codes: 0 done, 1 failed, 2 bad input.
`;

const OPTIONS = {
  base: { type: "string", default: "models/starter.gguf" },
  adapter: { type: "string" },
  out: { type: "string" },
  type: { type: "string", default: "keep" },
  overwrite: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(process.argv.slice(2), OPTIONS);
  if (values.help) return void process.stdout.write(HELP);
  if (positionals.length > 0) throw bad(`"${positionals[0]}" is one word too many; --help lists the options.`);
  const merge: Merge = {
    base: values.base,
    adapter: required(values.adapter, "--adapter", "the adapter.gguf to fold in"),
    out: required(values.out, "--out", "the file for the merged model"),
    type: oneOf(values.type, STORAGE_TYPES, "type"),
  };
  await assertFree(merge, values.overwrite);
  const { model, retyped } = await mergeAdapter(merge);
  if (retyped > 0) process.stderr.write(`${retyped} matrices are stored in another type than the base's.\n`);
  process.stdout.write(`model:  ${model.path}\nsha256: ${model.sha256}\nbytes:  ${model.sizeBytes}\n`);
}

async function assertFree({ base, adapter, out }: Merge, overwrite: boolean): Promise<void> {
  if ([base, adapter].some((input) => resolve(input) === resolve(out)))
    throw bad(`--out ${out} is what is to be merged; choose another file.`);
  const found = await stat(out).catch(() => null);
  if (found?.isDirectory()) throw bad(`--out ${out} is a folder; name a file in it.`);
  if (found && !overwrite) throw bad(`${out} is there already; choose another file, or add --overwrite to replace it.`);
}

await runProgram("merge", main);
