/** The text of `npm run train -- --help`. */

export const HELP = `Trains a LoRA adapter on a base model, without the web service.

  npm run train -- dpo --data pairs.jsonl --out out/
  npm run train -- sft --data dialogues.jsonl --out out/

Options
  --base FILE        base model, GGUF (default models/starter.gguf)
  --data FILE        training data, one JSON object per line; layouts below
  --out FOLDER       where the adapter goes
  --from FILE        adapter.gguf to go on from; without it a fresh adapter begins
  --config KEY=VALUE a setting, may be repeated; the list is below
  --seed N           same seed, data and settings on a CPU: same adapter, byte for byte (default 1)
  --resume           go on with the unfinished run in --out
  --overwrite        replace the adapter in --out
  --json             one JSON object per line on standard output, for programs
  --engine NAME      auto, onnx-cpu, onnx-webgpu, tfjs-node-gpu or tfjs-cpu (default auto)
  --threads N        CPU threads (default 2)

Data
  dpo  {"prompt": "Hi", "chosen": "Hello!", "rejected": "What?"}
       Each may also be a list of {"role", "content"}: "prompt" ends with a user turn, the replies are one
       assistant turn. "weight" (default 1) makes a pair count more or less.
  sft  {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]}
       or {"prompt": "Hi", "completion": "Hello!"}. The last turn is learned.

Settings (--config)
  learningRate, epochs   chosen by the model's size and the amount of data unless given
  beta                   dpo: pull towards the starting model (0.1)
  rank, alpha            width and scale of the adapter (16, 32)
  targets                layers, with commas: attn_q,attn_k,attn_v,attn_output,ffn_gate,ffn_up,ffn_down (all)
  batchSize              examples per step (8); microBatchSize: of them at once in memory (8)
  warmup                 share of the steps in which the rate climbs (0.1); a cosine to 0 follows
  weightDecay, adamBeta1, adamBeta2, adamEpsilon, clipNorm   of the optimiser (0, 0.9, 0.999, 1e-8, 1)
  maxLength              longest prompt + reply in tokens (1024, and never more than the model's context)
  overLong               what becomes of longer ones: error or drop (error)
  checkpointEvery        steps between resume points (25)

Written to --out
  adapter.gguf                                        for llama.cpp, and for --from
  adapter_config.json, adapter_model.safetensors      for PEFT
  metrics.jsonl                                       every step's figures
  run.json                                            settings, seed and hashes: all that is needed to do it again

Ctrl-C ends the run after the step under way and keeps a resume point. Exit codes: 0 done, 1 failed, 2 bad input,
130 interrupted.
`;
