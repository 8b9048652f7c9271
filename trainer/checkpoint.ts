/** A run's resume point: one file, replaced in one step, that holds all a run needs to go on as if never stopped. */

import { stat } from "node:fs/promises";
import { z } from "zod";
import { readSafetensors, writeSafetensors } from "../server/gguf/safetensors.ts";
import type { OrderState } from "./data/order.ts";
import type { NamedTensor, OptimiserSnapshot } from "./engine/contract.ts";
import { TrainerError } from "./errors.ts";

/** Where a run stands after `step` optimiser steps. */
export interface Checkpoint {
  step: number;
  /** Tokens that went through the model so far. */
  tokens: number;
  order: OrderState;
  optimiser: OptimiserSnapshot;
  /** Numbers of the method's own, such as an adaptive coefficient; {} for most methods. */
  state: Readonly<Record<string, number>>;
}

const VERSION = 1;

const word = z.int().min(0).max(0xffffffff);
const headerSchema = z.object({
  version: z.literal(VERSION),
  fingerprint: z.string(),
  step: z.int().min(0),
  tokens: z.int().min(0),
  optimiserStep: z.int().min(0),
  order: z.object({
    epoch: z.int().min(0),
    position: z.int().min(0),
    permutation: z.array(z.int().min(0)),
    random: z.tuple([word, word, word, word]),
  }),
  state: z.record(z.string(), z.number()).default({}),
});

const GROUPS = ["weights", "firstMoment", "secondMoment"] as const;

/**
 * Writes the checkpoint as a safetensors file: weights and moments in f32, the rest in its metadata.
 * @param fingerprint of everything that must be equal for the run to be the same run: base, data, settings, seed
 */
export function writeCheckpoint(path: string, checkpoint: Checkpoint, fingerprint: string): Promise<void> {
  const { step, tokens, order, optimiser, state } = checkpoint;
  const header: z.input<typeof headerSchema> = {
    version: VERSION,
    fingerprint,
    step,
    tokens,
    optimiserStep: optimiser.step,
    order: { ...order, random: [...order.random] },
    state,
  };
  const tensors = GROUPS.flatMap((group) =>
    optimiser[group].map((tensor): NamedTensor => ({ ...tensor, name: `${group}/${tensor.name}` })),
  );
  return writeSafetensors(path, { tensors, metadata: { checkpoint: JSON.stringify(header) } });
}

/**
 * Reads the checkpoint at `path`; null where there is none.
 * @throws TrainerError BAD_CHECKPOINT when it is damaged or belongs to another run
 */
export async function readCheckpoint(path: string, fingerprint: string): Promise<Checkpoint | null> {
  if (!(await stat(path).catch(() => null))) return null;
  const { tensors, header } = await readSafetensors(path)
    .then(({ tensors, metadata }) => ({ tensors, header: headerSchema.parse(JSON.parse(metadata.checkpoint ?? "")) }))
    .catch((cause) => {
      throw new TrainerError("BAD_CHECKPOINT", `${path} is damaged; delete it to begin anew.`, { cause });
    });
  if (header.fingerprint !== fingerprint)
    throw new TrainerError(
      "BAD_CHECKPOINT",
      `${path} belongs to a run with another base, data, settings or seed; resume with the same ones, or choose another folder.`,
    );
  const group = (name: (typeof GROUPS)[number]) =>
    tensors
      .filter((tensor) => tensor.name.startsWith(`${name}/`))
      .map((tensor): NamedTensor => ({ ...tensor, name: tensor.name.slice(name.length + 1) }));
  return {
    step: header.step,
    tokens: header.tokens,
    order: header.order,
    state: header.state,
    optimiser: {
      step: header.optimiserStep,
      weights: group("weights"),
      firstMoment: group("firstMoment"),
      secondMoment: group("secondMoment"),
    },
  };
}
