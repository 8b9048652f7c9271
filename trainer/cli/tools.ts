/** What a method needs besides data: a private inference process, a reward model, a judge or teacher. */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { METHOD_TRAITS, RUN_CONFIG_SCHEMAS } from "../../server/domain/run-config.ts";
import { env } from "../../server/env.ts";
import { hasHead } from "../../server/gguf/lora.ts";
import { sha256OfFile } from "../../server/whole-file.ts";
import { readAdapterFile } from "../adapters/read.ts";
import type { ChatTokens } from "../data/tokenise.ts";
import type { ModelConfig } from "../engine/contract.ts";
import { TrainerError } from "../errors.ts";
import { endpointFrom } from "../judge/endpoint.ts";
import { openRollouts } from "../rollout/rollouts.ts";
import type { Tools } from "../train.ts";
import type { TrainCommand } from "./arguments.ts";
import { rewardsOf } from "./config-values.ts";
import { wordOf } from "./methods.ts";
import { bad } from "./options.ts";
import type { Base } from "./prepare.ts";

/** Tokens of attention states that the inference process holds per reply; the settings bound prompt + reply besides. */
const MOST_CONTEXT = 4096;

type Role = "JUDGE" | "TEACHER";

/** Who has to be asked over the network with these settings. */
function rolesOf({ method, config }: TrainCommand): Role[] {
  const settings = RUN_CONFIG_SCHEMAS[method].parse(config);
  if (method === "DISTIL") return ["TEACHER"];
  const judged = rewardsOf(method, config).some(({ kind }) => kind === "judge");
  return judged || ("judge" in settings && settings.judge === "endpoint") ? ["JUDGE"] : [];
}

/**
 * Reads `.env` where there is one, as `npm start` does, and checks that whoever has to be asked has an address.
 * @throws TrainerError BAD_ARGUMENT naming the settings that are missing; EnvError for one that cannot be used
 */
export function assertEndpoints(command: TrainCommand): void {
  for (const role of rolesOf(command)) {
    if (existsSync(".env")) process.loadEnvFile(".env");
    if (endpointFrom(env(), role)) continue;
    throw bad(
      `${wordOf(command.method)} with these settings asks a ${role.toLowerCase()}: set ${role}_URL (an OpenAI-compatible address that ends in /v1) and ${role}_MODEL in the environment.`,
    );
  }
}

/**
 * Opens what `command` needs; close the rollouts when done.
 * @throws TrainerError FILE_MISSING, BAD_FILE or BASE_MISMATCH for a reward model that does not fit
 */
export async function openTools(
  command: TrainCommand,
  { model, identity }: Base,
  chat: ChatTokens,
  log: (sentence: string) => void,
): Promise<Tools> {
  const tools: Tools = { chat };
  if (command.reward) tools.rewardModel = await readRewardModel(command.reward, model, identity);
  for (const role of rolesOf(command))
    tools[role === "JUDGE" ? "judge" : "teacher"] = endpointFrom(env(), role) ?? undefined;
  if (METHOD_TRAITS[command.method].samples)
    tools.rollouts = await openSampler(command.base, command.threads, model, log);
  return tools;
}

/** A private inference process on a model's file. */
export const openSampler = (file: string, threads: number, model: ModelConfig, log: (sentence: string) => void) =>
  openRollouts({ model: resolve(file), threads, contextLength: Math.min(MOST_CONTEXT, model.contextLength), log });

/** @throws TrainerError BAD_FILE for an adapter that scores nothing */
export async function readRewardModel(path: string, model: ModelConfig, base: { sha256: string }) {
  const weights = await readAdapterFile(path, model, base);
  if (!hasHead(weights))
    throw new TrainerError(
      "BAD_FILE",
      `${path} has no scoring head; give the adapter.safetensors that "npm run train -- reward" made.`,
    );
  return { sha256: await sha256OfFile(path), weights };
}
