/** `--config key=value` settings of a method, read and checked one by one. */

import type { z } from "zod";
import { type RewardSpec, RUN_CONFIG_SCHEMAS, type TrainingMethod } from "../../server/domain/run-config.ts";
import { TrainerError } from "../errors.ts";
import { wordOf } from "./methods.ts";
import { choice } from "./options.ts";

/**
 * Values are JSON where they can be (numbers, true, lists, objects), else text; a list of plain words may have commas
 * instead. Types and ranges are checked, nothing is filled in.
 * @throws TrainerError BAD_CONFIG with one sentence
 */
export function parseConfig(method: TrainingMethod, entries: readonly string[]): Record<string, unknown> {
  const { version: _, ...shape } = RUN_CONFIG_SCHEMAS[method].shape;
  const config: Record<string, unknown> = {};
  for (const entry of entries) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
    if (key === undefined || text === undefined)
      throw new TrainerError("BAD_CONFIG", `--config wants key=value, found "${entry}".`);
    if (!Object.hasOwn(shape, key)) {
      const message = `There is no setting "${key}" for ${wordOf(method)}; ${choice(key, Object.keys(shape))}`;
      throw new TrainerError("BAD_CONFIG", message);
    }
    config[key] = key === "targets" && !text.startsWith("[") ? text.split(",") : scalar(text);
    const result = (shape[key as keyof typeof shape] as z.ZodType).safeParse(config[key]);
    if (!result.success)
      throw new TrainerError("BAD_CONFIG", `--config ${entry}: ${reasonOf(key, text, result.error)}`);
  }
  return config;
}

function scalar(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The rewards of a method with these settings; none where it has no such setting. */
export function rewardsOf(method: TrainingMethod, config: unknown): readonly RewardSpec[] {
  const settings = RUN_CONFIG_SCHEMAS[method].parse(config);
  return "rewards" in settings ? settings.rewards : [];
}

/** The first fault, and where in the value it is; JSON that is none is named as such. */
function reasonOf(key: string, text: string, error: z.ZodError): string {
  if (/^[[{]/.test(text) && typeof scalar(text) === "string")
    return `this is no valid JSON; put it in single quotes, as in --config '${key}=[…]'.`;
  const { path, message } = error.issues[0]!;
  return `${path.length > 0 ? `at ${path.join(".")}, ` : ""}${message}.`;
}
