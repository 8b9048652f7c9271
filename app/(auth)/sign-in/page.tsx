// The sign-in page.
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { safeReturnPath } from "../../_lib/sign-in-redirect.ts";
import { SignInForm } from "../_components/sign-in-form.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signIn") };
}

type SearchParams = Promise<Record<string, string | string[] | undefined>>;
const one = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

/** `from` is set by our own redirects, `error` by next-auth when a provider sends somebody back. */
export default async function SignInPage({ searchParams }: { searchParams: SearchParams }) {
  const { from, error } = await searchParams;
  return <SignInForm returnTo={safeReturnPath(one(from))} providerError={one(error) ?? null} />;
}
