/** All settings that come from the environment, parsed once; a bad value stops the start with a sentence that names it. */

import path from "node:path";
import { z } from "zod";
import { parseDestinations } from "./destinations.ts";

const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(0).max(65_535);
const threads = z.coerce.number().int().min(1).max(1024).optional();
const webAddress = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
const limit = (most: number, otherwise: number) => z.coerce.number().int().min(1).max(most).default(otherwise);

const envSchema = z.object({
  NODE_ENV: z.enum(["development", "test", "production"]).default("production"),
  PORT: port.default(3000),
  HOST: text.default("127.0.0.1"),
  /** Where artefacts, logs and the embedded database live; absolute after parsing. */
  HONE_HOME: text.default(".hone").transform((folder) => path.resolve(folder)),
  /** Left out: the supervisor starts an embedded PostgreSQL and sets this for its children. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  /** Path of a GGUF file, or hf:owner/repo/file.gguf. */
  HONE_MODEL: text.default("models/starter.gguf"),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),

  NEXTAUTH_SECRET: text.min(16).optional(),
  NEXTAUTH_URL: webAddress.optional(),
  ADMIN_EMAIL: z.email().toLowerCase().optional(),
  ADMIN_PASSWORD: z.string().min(8).max(256).optional(),
  /** Whether strangers may make an account, until an admin says otherwise on the settings page. */
  SIGN_UP: z.enum(["open", "closed"]).default("open"),
  OIDC_ISSUER: webAddress.optional(),
  OIDC_CLIENT_ID: text.optional(),
  OIDC_CLIENT_SECRET: text.optional(),
  OIDC_NAME: text.default("SSO"),
  GITHUB_ID: text.optional(),
  GITHUB_SECRET: text.optional(),
  GOOGLE_ID: text.optional(),
  GOOGLE_SECRET: text.optional(),
  /** How many reverse proxies stand before the web process: that many last X-Forwarded-For entries are believed. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),

  /** Where webhooks may go, see `parseDestinations`; empty: nowhere. */
  WEBHOOK_ALLOW: z
    .string()
    .default("")
    .transform((list, context) => {
      try {
        return parseDestinations(list);
      } catch (error) {
        context.addIssue({ code: "custom", message: (error as Error).message });
        return z.NEVER;
      }
    }),

  TRAINER_ENGINE: text.default("auto"),
  TRAINER_THREADS: threads,
  INFERENCE_URL: webAddress.optional(),
  INFERENCE_SECRET: text.min(16).optional(),
  INFERENCE_THREADS: threads,
  /** Adapters kept ready to speak, and so the arms that may have traffic at a time. */
  INFERENCE_ADAPTERS: limit(64, 4),

  /** Whoever speaks OpenAI's protocol and grades replies (RLAIF, the reward `judge`) or writes them (DISTIL). */
  JUDGE_URL: webAddress.optional(),
  JUDGE_MODEL: text.optional(),
  JUDGE_API_KEY: text.optional(),
  TEACHER_URL: webAddress.optional(),
  TEACHER_MODEL: text.optional(),
  TEACHER_API_KEY: text.optional(),

  /** Who has it may read /api/metrics; left out, programs of this machine may. */
  METRICS_TOKEN: text.min(16).optional(),
  /** Where traces are sent as OTLP over HTTP; server/trace.ts and OpenTelemetry itself read it from the environment. */
  OTEL_EXPORTER_OTLP_ENDPOINT: webAddress.optional(),

  /** Most tokens a reply may have; a caller may ask for fewer. */
  MAX_REPLY_TOKENS: limit(131_072, 1024),
  /** Longest message a person may send, in characters. */
  MAX_MESSAGE_CHARACTERS: limit(1_000_000, 32_000),
  /** Replies one person may ask for in a minute, in the chat. */
  CHAT_PER_MINUTE: limit(100_000, 60),
  /** Calls one API key may make in a minute. */
  API_PER_MINUTE: limit(100_000, 600),
  /** Sign-in and sign-up attempts in a minute, for one email from one address. */
  SIGN_IN_PER_MINUTE: limit(1_000, 10),
});

export type Env = z.output<typeof envSchema>;
export const ENV_NAMES = Object.keys(envSchema.shape) as (keyof Env)[];

/** Settings that mean something only together. */
const TOGETHER: readonly (readonly (keyof Env)[])[] = [
  ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"],
  ["GITHUB_ID", "GITHUB_SECRET"],
  ["GOOGLE_ID", "GOOGLE_SECRET"],
  ["INFERENCE_URL", "INFERENCE_SECRET"],
  ["JUDGE_URL", "JUDGE_MODEL"],
  ["TEACHER_URL", "TEACHER_MODEL"],
];

/** A setting has a value that cannot be used. The message has one sentence per bad setting. */
export class EnvError extends Error {
  override readonly name = "EnvError";
  readonly code = "BAD_SETTING";
}

/**
 * Reads all settings from `source`, filling defaults in. Empty strings count as unset, so that lines of an
 * untouched .env.example do no harm.
 * @throws EnvError naming every bad setting
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const given = Object.fromEntries(ENV_NAMES.map((name) => [name, source[name]?.trim() ? source[name] : undefined]));
  const parsed = envSchema.safeParse(given);
  const sentences = parsed.success
    ? []
    : parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const shown = /SECRET|PASSWORD|API_KEY|TOKEN$|DATABASE_URL/.test(name)
          ? "its value (not shown)"
          : `"${given[name]}"`;
        return `${name}: ${shown} cannot be used: ${issue.message}.`;
      });
  for (const group of TOGETHER) {
    const absent = group.filter((name) => given[name] === undefined);
    if (absent.length > 0 && absent.length < group.length) {
      const present = group.filter((name) => given[name] !== undefined);
      sentences.push(`${absent.join(" and ")}: missing, but needed because ${present.join(" and ")} is set.`);
    }
  }
  if (!parsed.success || sentences.length > 0) {
    throw new EnvError(`${sentences.join("\n")}\nChange it in .env or in the environment and start again.`);
  }
  return parsed.data;
}

let parsedOnce: Env | undefined;

/** The settings of this process, parsed at the first call: never while a module is imported, since `next build` has none. */
export function env(): Env {
  parsedOnce ??= parseEnv(process.env);
  return parsedOnce;
}

/** A setting this process cannot work without, such as DATABASE_URL in a web process that was started by hand. */
export function requireEnv<Name extends keyof Env>(name: Name): NonNullable<Env[Name]> {
  const value = env()[name];
  if (value === undefined) throw new EnvError(`${name}: missing; start with "npm start", which sets it, or set it.`);
  return value as NonNullable<Env[Name]>;
}
