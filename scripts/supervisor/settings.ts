// The settings of a start, and the environment the children get from them.
import { z } from "zod";
import { StartError } from "../start/report.mjs";
import type { Secrets } from "./home.ts";

/** An empty line in .env means the same as no line. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

const settingsSchema = z.object({
  PORT: z.preprocess((value) => value || 3000, z.coerce.number().int().min(1).max(65_535)),
  HOST: z.preprocess((value) => value || "127.0.0.1", z.string().regex(/^\S+$/)),
  DATABASE_URL: optional(
    z.string().regex(/^postgres(ql)?:\/\/\S+$/, "must look like postgresql://user:password@host:5432/name"),
  ),
  HONE_MODEL: optional(z.string()),
  NEXTAUTH_SECRET: optional(z.string().min(16, "must have at least 16 characters")),
  NEXTAUTH_URL: optional(z.url()),
  ADMIN_EMAIL: z.preprocess((value) => value || "admin@example.com", z.email()),
  ADMIN_PASSWORD: optional(z.string().min(8, "must have at least 8 characters")),
});

export type Settings = z.infer<typeof settingsSchema> & {
  /** What a person opens in the browser. */
  url: string;
  /** Where this machine reaches the web process. */
  probeHost: string;
};

/** @throws StartError BAD_SETTING naming every setting that is wrong and why */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const parsed = settingsSchema.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: [name], message }) => {
      const value = String(env[String(name)] ?? "");
      const shown = /SECRET|PASSWORD|URL/.test(String(name)) ? "" : ` (is ${JSON.stringify(value)})`;
      return `${String(name)}${shown}: ${message}`;
    });
    throw new StartError(
      "BAD_SETTING",
      `A setting cannot be used. ${faults.join("; ")}. Correct it in the environment or in .env; .env.example explains each.`,
    );
  }
  const { HOST, PORT, NEXTAUTH_URL } = parsed.data;
  const everywhere = HOST === "0.0.0.0" || HOST === "::";
  const probeHost = everywhere ? "127.0.0.1" : HOST.includes(":") ? `[${HOST}]` : HOST;
  const shownHost = everywhere || HOST === "127.0.0.1" || HOST === "::1" ? "localhost" : probeHost;
  return { ...parsed.data, probeHost, url: NEXTAUTH_URL ?? `http://${shownHost}:${PORT}` };
}

/** What every child is told, on top of the environment of the start itself. DATABASE_URL follows when it is known. */
export function childEnvironment({
  settings,
  secrets,
  home,
  model,
  inferencePort,
}: {
  settings: Settings;
  secrets: Secrets;
  home: string;
  /** Absolute path of the GGUF file. */
  model: string;
  inferencePort: number;
}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PORT: String(settings.PORT),
    HOST: settings.HOST,
    HONE_HOME: home,
    HONE_MODEL: model,
    INFERENCE_URL: `http://127.0.0.1:${inferencePort}`,
    INFERENCE_SECRET: secrets.inference,
    NEXTAUTH_URL: settings.url,
    NEXTAUTH_SECRET: settings.NEXTAUTH_SECRET ?? secrets.nextAuth,
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1", // Prisma's update check
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
  };
}
