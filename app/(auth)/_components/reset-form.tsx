// Sets a new password by a link that an admin made, and signs in with it.
"use client";
import { useMutation } from "@tanstack/react-query";
import { Link2Off } from "lucide-react";
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

export function ResetForm() {
  const t = useTranslations("operations.reset");
  const trpc = useTRPC();
  const errorText = useErrorText();
  // It stands behind the #, which browsers send to nobody.
  const [token, setToken] = useState<string | null>(null);
  const { mutate: look, ...offer } = useMutation(trpc.reset.look.mutationOptions());
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
    const closed = errorCode(offer.error) === "RESET_CLOSED" || !token;
    return (
      <EmptyState
        icon={Link2Off}
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
  if (!offer.data || !token) return <SkeletonText lines={4} />;
  return <PasswordForm token={token} email={offer.data.email} />;
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
    reset.mutate(
      { token, password },
      {
        async onSuccess() {
          const result = await signIn("credentials", { email, password, redirect: false }).catch(() => null);
          window.location.assign(result?.ok ? "/" : "/sign-in");
        },
      },
    );
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
        <Field label={t("password")} hint={auth("passwordHint", { least: PASSWORD_LENGTH.least })}>
          <Input
            name="password"
            type="password"
            autoComplete="new-password"
            required
            minLength={PASSWORD_LENGTH.least}
            maxLength={PASSWORD_LENGTH.most}
            autoFocus
          />
        </Field>
        <Button type="submit" variant="primary" size="lg" className="w-full" busy={reset.isPending || reset.isSuccess}>
          {t("act")}
        </Button>
      </form>
    </>
  );
}
