// Accepts an invitation: who one is and a password; the address where the invitation does not name it.
"use client";
import { useMutation } from "@tanstack/react-query";
import { MailX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { NewPasswordField } from "../../_components/new-password-field.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SubmitButton } from "../../_components/ui/submit-button.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { errorCode } from "../../_lib/errors.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { signInWith } from "../_lib/sign-in-with.ts";
import { LinkOffer } from "./link-offer.tsx";

export function InviteForm() {
  const t = useTranslations("operations.invite");
  const trpc = useTRPC();
  const look = useMutation(trpc.invite.look.mutationOptions());
  const closed = { icon: MailX, title: t("closed"), text: t("closedText"), signIn: t("signIn") };
  return (
    <LinkOffer look={look} closedCode="INVITE_CLOSED" closed={closed}>
      {(token, offer) => <AcceptForm token={token} offer={offer} />}
    </LinkOffer>
  );
}

type AcceptFormProps = { token: string; offer: { email: string | null; role: "USER" | "ANNOTATOR" | "ADMIN" } };

function AcceptForm({ token, offer }: AcceptFormProps) {
  const t = useTranslations("operations.invite");
  const auth = useTranslations("auth");
  const trpc = useTRPC();
  const errorText = useErrorText();
  const accept = useMutation(trpc.invite.accept.mutationOptions());

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [name, email, password] = ["name", "email", "password"].map((field) => String(form.get(field)));
    accept.mutate(
      { token, name: name!, email: email!, password: password! },
      { onSuccess: (made) => signInWith(made.email, password!, "/") },
    );
  }
  const taken = accept.isError && errorCode(accept.error) === "EMAIL_TAKEN";
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{t("title")}</h1>
      <p className="mt-2 text-quiet text-sm">{t(`offer.${offer.role}`)}</p>
      <form className="mt-6 space-y-4" onSubmit={submit}>
        {accept.isError && !taken && (
          <Notice tone="danger" role="alert">
            {errorText(accept.error)}
          </Notice>
        )}
        <Field label={auth("name")}>
          <Input name="name" autoComplete="name" required maxLength={100} autoFocus />
        </Field>
        <Field
          label={auth("email")}
          hint={offer.email ? t("emailGiven") : undefined}
          error={taken ? errorText(accept.error) : undefined}
        >
          <Input
            name="email"
            type="email"
            autoComplete="username"
            inputMode="email"
            required
            maxLength={320}
            defaultValue={offer.email ?? undefined}
            readOnly={offer.email !== null}
          />
        </Field>
        <NewPasswordField label={auth("password")} />
        <SubmitButton variant="primary" size="lg" className="w-full" busy={accept.isPending || accept.isSuccess}>
          {t("accept")}
        </SubmitButton>
      </form>
    </>
  );
}
