// Email and password, or a provider; errors say what to do.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { ProviderButtons } from "./provider-buttons.tsx";

type SignInFormProps = {
  /** A path of this site. */
  returnTo: string;
  /** next-auth's name of what went wrong at a provider. */
  providerError: string | null;
};

const EXPLAINED = ["UNAUTHORIZED", "RATE_LIMITED", "FORBIDDEN", "SIGN_UP_CLOSED", "OAuthAccountNotLinked"] as const;
type Explained = (typeof EXPLAINED)[number];
const isExplained = (code: string): code is Explained => EXPLAINED.some((known) => known === code);

export function SignInForm({ returnTo, providerError }: SignInFormProps) {
  const t = useTranslations("auth");
  const trpc = useTRPC();
  const { data: signUpOpen } = useQuery(trpc.viewer.signUpOpen.queryOptions());
  const [error, setError] = useState(providerError);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setError(null);
    const result = await signIn("credentials", {
      email: String(form.get("email")),
      password: String(form.get("password")),
      redirect: false,
    }).catch(() => null);
    // A page load, so that nothing of the visitor before stays in memory.
    if (result?.ok) return window.location.assign(returnTo);
    setBusy(false);
    setError(result?.error ?? "OFFLINE");
  }

  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t("signInTitle")}</h1>
      <form className="mt-6 space-y-4" onSubmit={(event) => void submit(event)}>
        {error && (
          <Notice tone="danger" role="alert">
            {t(isExplained(error) ? `error.${error}` : error === "OFFLINE" ? "error.OFFLINE" : "error.other")}
          </Notice>
        )}
        <Field label={t("email")}>
          <Input name="email" type="email" autoComplete="username" inputMode="email" required autoFocus />
        </Field>
        <Field label={t("password")}>
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
        <Button type="submit" variant="primary" size="lg" className="w-full" busy={busy}>
          {t("signIn")}
        </Button>
      </form>
      <ProviderButtons returnTo={returnTo} />
      <p className="mt-6 text-quiet text-sm">
        {signUpOpen === false
          ? t("signUpClosed")
          : t.rich("noAccount", {
              link: (words) => (
                <Link href="/sign-up" className="text-accent underline underline-offset-2">
                  {words}
                </Link>
              ),
            })}
      </p>
    </>
  );
}
