// Email and password, or a provider; errors say what to do.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ProviderButtons } from "../../_components/provider-buttons.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SubmitButton } from "../../_components/ui/submit-button.tsx";
import { useTRPC } from "../../_lib/trpc.ts";

type SignInFormProps = {
  /** A path of this site. */
  returnTo: string;
  /** next-auth's name of what went wrong at a provider. */
  providerError: string | null;
};

/** What can be said about a failure, by where it happened; anything else is "other". */
const EXPLAINED = {
  password: ["UNAUTHORIZED", "RATE_LIMITED", "FORBIDDEN", "OFFLINE"],
  provider: ["UNAUTHORIZED", "FORBIDDEN", "EMAIL_TAKEN", "SIGN_UP_CLOSED"],
} as const;

type Failure = { at: keyof typeof EXPLAINED; code: string };

function useFailureText() {
  const t = useTranslations("auth.failed");
  return ({ at, code }: Failure) => {
    if (at === "password") return t(`password.${EXPLAINED.password.find((known) => known === code) ?? "other"}`);
    return t(`provider.${EXPLAINED.provider.find((known) => known === code) ?? "other"}`);
  };
}

export function SignInForm({ returnTo, providerError }: SignInFormProps) {
  const t = useTranslations("auth");
  const trpc = useTRPC();
  const { data: signUpOpen } = useQuery(trpc.viewer.signUpOpen.queryOptions());
  const failureText = useFailureText();
  const [failure, setFailure] = useState<Failure | null>(
    providerError === null ? null : { at: "provider", code: providerError },
  );
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setFailure(null);
    const result = await signIn("credentials", {
      email: String(form.get("email")),
      password: String(form.get("password")),
      redirect: false,
    }).catch(() => null);
    // A page load, so that nothing of the visitor before stays in memory.
    if (result?.ok) return window.location.assign(returnTo);
    setBusy(false);
    setFailure({ at: "password", code: result?.error ?? "OFFLINE" });
  }

  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t("signInTitle")}</h1>
      <form className="mt-6 space-y-4" onSubmit={(event) => void submit(event)}>
        {failure && (
          <Notice tone="danger" role="alert">
            {failureText(failure)}
          </Notice>
        )}
        <Field label={t("email")}>
          <Input name="email" type="email" autoComplete="username" inputMode="email" required autoFocus />
        </Field>
        <Field label={t("password")}>
          <Input name="password" type="password" autoComplete="current-password" required />
        </Field>
        <SubmitButton variant="primary" size="lg" className="w-full" busy={busy}>
          {t("signIn")}
        </SubmitButton>
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
      <p className="mt-2 text-quiet text-sm">{t("forgot")}</p>
    </>
  );
}
