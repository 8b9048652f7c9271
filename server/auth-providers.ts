/** Which ways to sign in besides a password the environment has switched on. */

import GitHub from "next-auth/providers/github";
import Google from "next-auth/providers/google";
import type { OAuthConfig } from "next-auth/providers/oauth";
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

interface OidcProfile {
  sub: string;
  email?: string;
  name?: string;
  preferred_username?: string;
}

/** next-auth's side of the same list. */
export function oauthProviders(env: Env) {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, GITHUB_ID, GITHUB_SECRET, GOOGLE_ID, GOOGLE_SECRET } = env;
  const oidc: OAuthConfig<OidcProfile> = {
    id: "oidc",
    name: env.OIDC_NAME,
    type: "oauth",
    wellKnown: `${OIDC_ISSUER}/.well-known/openid-configuration`,
    clientId: OIDC_CLIENT_ID,
    clientSecret: OIDC_CLIENT_SECRET,
    authorization: { params: { scope: "openid email profile" } },
    idToken: true,
    checks: ["pkce", "state"],
    profile: ({ sub, email, name, preferred_username }) => ({ id: sub, email, name: name ?? preferred_username }),
  };
  return [
    ...(OIDC_ISSUER ? [oidc] : []),
    ...(GITHUB_ID && GITHUB_SECRET ? [GitHub({ clientId: GITHUB_ID, clientSecret: GITHUB_SECRET })] : []),
    ...(GOOGLE_ID && GOOGLE_SECRET ? [Google({ clientId: GOOGLE_ID, clientSecret: GOOGLE_SECRET })] : []),
  ];
}
