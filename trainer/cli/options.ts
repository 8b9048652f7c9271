/** Options of a command line: read, checked, and refused with one sentence each. */

import { type ParseArgsConfig, parseArgs } from "node:util";
import { TrainerError } from "../errors.ts";
import { nearest } from "./nearest.ts";

export const bad = (message: string) => new TrainerError("BAD_ARGUMENT", message);

/** @throws TrainerError BAD_ARGUMENT for an unknown option or one without its value */
export function parseOptions<O extends NonNullable<ParseArgsConfig["options"]>>(args: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const unknown = /Unknown option '(--?[^']*)'/.exec((error as Error).message)?.[1];
    if (!unknown) throw bad(`${(error as Error).message.split(". ")[0]}; --help lists the options.`);
    const names = Object.keys(options).map((option) => `--${option}`);
    throw bad(`There is no option ${unknown}; ${choice(unknown, names)}`);
  }
}

/** What to say of a word that is none of `known`. */
export function choice(found: string, known: readonly string[]): string {
  const near = nearest(found, known);
  return near ? `did you mean ${near}?` : `choose one of ${known.join(", ")}.`;
}

/** `what` says what the option is to name. */
export function required(value: string | undefined, option: string, what: string): string {
  if (!value) throw bad(`${option} is missing: give ${what}; --help shows an example.`);
  return value;
}

export function wholeNumber(text: string, option: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most)
    throw bad(`${option} wants a whole number from ${least} to ${most}, found "${text}".`);
  return value;
}

/** @returns the one of `known` that `text` is; `thing` is what they are called */
export function oneOf<T extends string>(text: string, known: readonly T[], thing: string): T {
  const found = known.find((each) => each === text);
  if (!found) throw bad(`There is no ${thing} "${text}"; ${choice(text, known)}`);
  return found;
}
