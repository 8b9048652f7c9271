// The settings of a start, and the environment the children get from them.
import { type Env, parseEnv } from "../../server/env.ts";
import type { Secrets } from "./home.ts";

export interface Settings extends Env {
  /** What a person opens in the browser. */
  url: string;
  /** Where this machine reaches the web process, as part of an address. */
  probeHost: string;
}

/** @throws EnvError (BAD_SETTING) naming every setting that is wrong and why */
export function readSettings(source: NodeJS.ProcessEnv): Settings {
  const env = parseEnv(source);
  const everywhere = env.HOST === "0.0.0.0" || env.HOST === "::";
  const probeHost = everywhere ? "127.0.0.1" : env.HOST.includes(":") ? `[${env.HOST}]` : env.HOST;
  const shownHost = everywhere || env.HOST === "127.0.0.1" || env.HOST === "::1" ? "localhost" : probeHost;
  return { ...env, probeHost, url: env.NEXTAUTH_URL ?? `http://${shownHost}:${env.PORT}` };
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
