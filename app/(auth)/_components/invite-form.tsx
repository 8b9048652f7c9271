// Accepts an invitation: who one is and a password; the address where the invitation does not name it.
"use client";
import { useMutation } from "@tanstack/react-query";
import { MailX } from "lucide-react";
import Link from "next/link";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { errorCode } from "../../_lib/errors.ts";
import { PASSWORD_LENGTH } from "../../_lib/password-length.ts";
import { useTRPC } from "../../_lib/trpc.ts";

export function InviteForm() {
  const t = useTranslations("operations.invite");
  const trpc = useTRPC();
  const errorText = useErrorText();
  // It stands behind the #, which browsers send to nobody.
  const [token, setToken] = useState<string | null>(null);
  const { mutate: look, ...offer } = useMutation(trpc.invite.look.mutationOptions());
  useEffect(() => {
    const read = () => {
      const found = window.location.hash.slice(1);
      setToken(found);
      look({ token: found || "none" });
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, [look]);

  if (offer.isError) {
    const closed = errorCode(offer.error) === "INVITE_CLOSED" || !token;
    return (
      <EmptyState
        icon={MailX}
        title={closed ? t("closed") : errorText(offer.error)}
        description={closed ? t("closedText") : undefined}
        action={
          <Link href="/sign-in" className="text-accent underline underline-offset-2">
            {t("signIn")}
          </Link>
        }
      />
    );
  }
  if (!offer.data || !token) return <SkeletonText lines={5} />;
  return <AcceptForm token={token} offer={offer.data} />;
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
      {
        async onSuccess(made) {
          const result = await signIn("credentials", { email: made.email, password, redirect: false }).catch(
            () => null,
          );
          window.location.assign(result?.ok ? "/" : "/sign-in");
        },
      },
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
        <Field label={auth("password")} hint={auth("passwordHint", { least: PASSWORD_LENGTH.least })}>
          <Input
            name="password"
            type="password"
            autoComplete="new-password"
            required
            minLength={PASSWORD_LENGTH.least}
            maxLength={PASSWORD_LENGTH.most}
          />
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="lg"
          className="w-full"
          busy={accept.isPending || accept.isSuccess}
        >
          {t("accept")}
        </Button>
      </form>
    </>
  );
}
