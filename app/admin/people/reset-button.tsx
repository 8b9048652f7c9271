// Makes a link by which somebody who has forgotten their password sets a new one, and shows it this once.
"use client";
import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { ShownOnce } from "../../_components/shown-once.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SecretLine } from "../../_components/ui/secret-line.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import type { PersonRow } from "./people.tsx";
import { nameOf } from "./role-select.tsx";

export function ResetButton({ person }: { person: PersonRow }) {
  const t = useTranslations("operations.reset");
  const trpc = useTRPC();
  const format = useFormatter();
  const errorText = useErrorText();
  const create = useMutation(trpc.reset.create.mutationOptions());
  const name = t("linkName", { name: nameOf(person) });
  return (
    <ShownOnce
      making={create}
      title={name}
      warning={t("shownOnce")}
      done={t("done")}
      button={(open) => (
        <Button size="sm" variant="ghost" aria-label={name} onClick={open}>
          <KeyRound aria-hidden />
          {t("link")}
        </Button>
      )}
      form={
        <div className="space-y-4">
          {create.isError && (
            <Notice tone="danger" role="alert">
              {errorText(create.error)}
            </Notice>
          )}
          <p className="text-sm">{t("linkText")}</p>
          <div className="flex justify-end">
            <Button variant="primary" busy={create.isPending} onClick={() => create.mutate({ userId: person.id })}>
              {t("make")}
            </Button>
          </div>
        </div>
      }
    >
      {({ token, expiresAt }) => (
        <>
          <SecretLine label={t("copyLink")} text={`${window.location.origin}/reset#${token}`} />
          <p className="text-quiet text-sm">
            {t("until", { date: format.dateTime(expiresAt, { dateStyle: "medium", timeStyle: "short" }) })}
          </p>
        </>
      )}
    </ShownOnce>
  );
}
