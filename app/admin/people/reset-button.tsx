// Makes a link by which somebody who has forgotten their password sets a new one, and shows it this once.
"use client";
import { useMutation } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
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
  const [open, setOpen] = useState(false);
  const create = useMutation(trpc.reset.create.mutationOptions());
  const show = (next: boolean) => {
    setOpen(next);
    // The link must not linger in memory once its window is closed.
    if (!next) create.reset();
  };
  const made = create.data;
  return (
    <>
      <Button size="sm" variant="ghost" aria-label={t("linkName", { name: nameOf(person) })} onClick={() => show(true)}>
        <KeyRound aria-hidden />
        {t("link")}
      </Button>
      <Dialog open={open} onOpenChange={show} title={t("linkName", { name: nameOf(person) })}>
        <div className="space-y-4">
          {made ? (
            <>
              <Notice tone="warning">{t("shownOnce")}</Notice>
              <SecretLine label={t("copyLink")} text={`${window.location.origin}/reset#${made.token}`} />
              <p className="text-quiet text-sm">
                {t("until", { date: format.dateTime(made.expiresAt, { dateStyle: "medium", timeStyle: "short" }) })}
              </p>
            </>
          ) : (
            <>
              {create.isError && (
                <Notice tone="danger" role="alert">
                  {errorText(create.error)}
                </Notice>
              )}
              <p className="text-sm">{t("linkText")}</p>
            </>
          )}
          <div className="flex justify-end">
            {made ? (
              <Button variant="primary" onClick={() => show(false)}>
                {t("done")}
              </Button>
            ) : (
              <Button variant="primary" busy={create.isPending} onClick={() => create.mutate({ userId: person.id })}>
                {t("make")}
              </Button>
            )}
          </div>
        </div>
      </Dialog>
    </>
  );
}
