/** Checks values against a JSON Schema: the keywords that describe what a model is to write, and no others. */

import { TrainerError } from "../errors.ts";

export type Schema = boolean | { readonly [keyword: string]: unknown };

type Check = (value: unknown) => boolean;

/** Say nothing about a value. */
const REMARKS = new Set(["$schema", "$id", "$comment", "title", "description", "default", "examples"]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const TYPES: Record<string, Check> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

/** What each keyword demands; a keyword about one type says nothing about values of another (JSON Schema 2020-12). */
const KEYWORDS: Record<string, (given: unknown, schema: Record<string, unknown>) => Check> = {
  type: (given) => {
    const types = (Array.isArray(given) ? given : [given]).map(
      (name) => TYPES[String(name)] ?? refuse(`type "${name}"`),
    );
    return (value) => types.some((is) => is(value));
  },
  enum: (given) => (value) => listOf(given, "enum").some((one) => equal(one, value)),
  const: (given) => (value) => equal(given, value),
  minimum: (given) => onNumbers((value) => value >= numberOf(given)),
  maximum: (given) => onNumbers((value) => value <= numberOf(given)),
  exclusiveMinimum: (given) => onNumbers((value) => value > numberOf(given)),
  exclusiveMaximum: (given) => onNumbers((value) => value < numberOf(given)),
  minLength: (given) => onStrings((value) => [...value].length >= numberOf(given)),
  maxLength: (given) => onStrings((value) => [...value].length <= numberOf(given)),
  minItems: (given) => onArrays((value) => value.length >= numberOf(given)),
  maxItems: (given) => onArrays((value) => value.length <= numberOf(given)),
  uniqueItems: (given) =>
    onArrays(
      (value) => given !== true || value.every((one, i) => !value.slice(0, i).some((other) => equal(one, other))),
    ),
  items: (given) => {
    const check = compileSchema(given as Schema);
    return onArrays((value) => value.every(check));
  },
  minProperties: (given) => onObjects((value) => Object.keys(value).length >= numberOf(given)),
  maxProperties: (given) => onObjects((value) => Object.keys(value).length <= numberOf(given)),
  required: (given) =>
    onObjects((value) => listOf(given, "required").every((name) => Object.hasOwn(value, String(name)))),
  properties: (given) => {
    const checks = Object.entries(given as Record<string, Schema>).map(
      ([name, of]) => [name, compileSchema(of)] as const,
    );
    return onObjects((value) => checks.every(([name, check]) => !Object.hasOwn(value, name) || check(value[name])));
  },
  additionalProperties: (given, { properties = {} }) => {
    const check = compileSchema(given as Schema);
    const known = new Set(Object.keys(properties as object));
    return onObjects((value) => Object.entries(value).every(([name, of]) => known.has(name) || check(of)));
  },
  anyOf: (given) => {
    const checks = listOf(given, "anyOf").map((of) => compileSchema(of as Schema));
    return (value) => checks.some((check) => check(value));
  },
  allOf: (given) => {
    const checks = listOf(given, "allOf").map((of) => compileSchema(of as Schema));
    return (value) => checks.every((check) => check(value));
  },
  oneOf: (given) => {
    const checks = listOf(given, "oneOf").map((of) => compileSchema(of as Schema));
    return (value) => checks.filter((check) => check(value)).length === 1;
  },
  not: (given) => {
    const check = compileSchema(given as Schema);
    return (value) => !check(value);
  },
};

/**
 * @returns whether a value fits the schema
 * @throws TrainerError BAD_CONFIG naming a keyword that is not known: ignoring it would pay for replies that break it
 */
export function compileSchema(schema: Schema): Check {
  if (typeof schema === "boolean") return () => schema;
  if (!isObject(schema)) return refuse(`${JSON.stringify(schema)} in the place of a schema`);
  const checks = Object.entries(schema)
    .filter(([keyword]) => !REMARKS.has(keyword))
    .map(([keyword, given]) => {
      const compile = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword]! : refuse(`keyword "${keyword}"`);
      return compile(given, schema);
    });
  return (value) => checks.every((check) => check(value));
}

const onNumbers =
  (check: (value: number) => boolean): Check =>
  (value) =>
    typeof value !== "number" || check(value);
const onStrings =
  (check: (value: string) => boolean): Check =>
  (value) =>
    typeof value !== "string" || check(value);
const onArrays =
  (check: (value: unknown[]) => boolean): Check =>
  (value) =>
    !Array.isArray(value) || check(value);
const onObjects =
  (check: (value: Record<string, unknown>) => boolean): Check =>
  (value) =>
    !isObject(value) || check(value);

const numberOf = (given: unknown): number =>
  typeof given === "number" ? given : refuse(`${JSON.stringify(given)} in the place of a number`);
const listOf = (given: unknown, keyword: string): unknown[] =>
  Array.isArray(given) ? given : refuse(`"${keyword}" that is no list`);

/** Equal as JSON: the order of an object's names says nothing. */
function equal(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, i) => equal(one, b[i]));
  if (!isObject(a) || !isObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
  );
}

function refuse(found: string): never {
  throw new TrainerError(
    "BAD_CONFIG",
    `The reward's JSON schema has ${found}, which is not understood; use ${Object.keys(KEYWORDS).join(", ")}.`,
  );
}
