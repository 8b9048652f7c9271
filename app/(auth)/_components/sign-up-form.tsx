// Makes an account and signs it in.
"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { FormEvent, ReactNode } from "react";
import { NewPasswordField } from "../../_components/new-password-field.tsx";
import { ProviderButtons } from "../../_components/provider-buttons.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SubmitButton } from "../../_components/ui/submit-button.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { errorCode } from "../../_lib/errors.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { signInWith } from "../_lib/sign-in-with.ts";

export function SignUpForm() {
  const t = useTranslations("auth");
  const trpc = useTRPC();
  const errorText = useErrorText();
  const { data: signUpOpen } = useQuery(trpc.viewer.signUpOpen.queryOptions());
  const signUp = useMutation(trpc.viewer.signUp.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [name, email, password] = ["name", "email", "password"].map((field) => String(form.get(field)));
    signUp.mutate(
      { name: name!, email: email!, password: password! },
      { onSuccess: () => signInWith(email!, password!, "/chat") },
    );
  }

  if (signUpOpen === false) {
    return <EmptyState title={t("signUpClosed")} action={<SignInLink>{t("signIn")}</SignInLink>} />;
  }
  const taken = signUp.isError && errorCode(signUp.error) === "EMAIL_TAKEN";
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t("signUpTitle")}</h1>
      <form className="mt-6 space-y-4" onSubmit={submit}>
        {signUp.isError && !taken && (
          <Notice tone="danger" role="alert">
            {errorText(signUp.error)}
          </Notice>
        )}
        <Field label={t("name")}>
          <Input name="name" autoComplete="name" required maxLength={100} autoFocus />
        </Field>
        <Field label={t("email")} error={taken ? errorText(signUp.error) : undefined}>
          <Input name="email" type="email" autoComplete="username" inputMode="email" required maxLength={320} />
        </Field>
        <NewPasswordField label={t("password")} />
        <SubmitButton variant="primary" size="lg" className="w-full" busy={signUp.isPending || signUp.isSuccess}>
          {t("signUp")}
        </SubmitButton>
      </form>
      <ProviderButtons returnTo="/chat" />
      <p className="mt-6 text-quiet text-sm">
        {t.rich("haveAccount", { link: (words) => <SignInLink>{words}</SignInLink> })}
      </p>
    </>
  );
}

function SignInLink({ children }: { children: ReactNode }) {
  return (
    <Link href="/sign-in" className="text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
