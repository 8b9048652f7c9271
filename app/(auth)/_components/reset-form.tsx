// Sets a new password by a link that an admin made, and signs in with it.
"use client";
import { useMutation } from "@tanstack/react-query";
import { Link2Off } from "lucide-react";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { NewPasswordField } from "../../_components/new-password-field.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SubmitButton } from "../../_components/ui/submit-button.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { signInWith } from "../_lib/sign-in-with.ts";
import { LinkOffer } from "./link-offer.tsx";

export function ResetForm() {
  const t = useTranslations("operations.reset");
  const trpc = useTRPC();
  const look = useMutation(trpc.reset.look.mutationOptions());
  const closed = { icon: Link2Off, title: t("closed"), text: t("closedText"), signIn: t("signIn") };
  return (
    <LinkOffer look={look} closedCode="RESET_CLOSED" closed={closed}>
      {(token, { email }) => <PasswordForm token={token} email={email} />}
    </LinkOffer>
  );
}

function PasswordForm({ token, email }: { token: string; email: string }) {
  const t = useTranslations("operations.reset");
  const auth = useTranslations("auth");
  const trpc = useTRPC();
  const errorText = useErrorText();
  const reset = useMutation(trpc.reset.use.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get("password"));
    reset.mutate({ token, password }, { onSuccess: () => signInWith(email, password, "/") });
  }
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t("title")}</h1>
      <p className="mt-2 text-quiet text-sm">{t("text")}</p>
      <form className="mt-6 space-y-4" onSubmit={submit}>
        {reset.isError && (
          <Notice tone="danger" role="alert">
            {errorText(reset.error)}
          </Notice>
        )}
        <Field label={auth("email")}>
          <Input name="email" type="email" autoComplete="username" defaultValue={email} readOnly />
        </Field>
        <NewPasswordField label={t("password")} autoFocus />
        <SubmitButton variant="primary" size="lg" className="w-full" busy={reset.isPending || reset.isSuccess}>
          {t("act")}
        </SubmitButton>
      </form>
    </>
  );
}
