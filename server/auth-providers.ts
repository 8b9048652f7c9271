/** Which ways to sign in besides a password the environment has switched on. */

import type { Env } from "./env.ts";

export interface ProviderName {
  /** As next-auth's signIn() takes it. */
  id: "oidc" | "github" | "google";
  name: string;
}

export function providerNames(env: Env): ProviderName[] {
  const names: ProviderName[] = [];
  if (env.OIDC_ISSUER) names.push({ id: "oidc", name: env.OIDC_NAME });
  if (env.GITHUB_ID) names.push({ id: "github", name: "GitHub" });
  if (env.GOOGLE_ID) names.push({ id: "google", name: "Google" });
  return names;
}
