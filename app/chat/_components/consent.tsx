// How what people say here is used, with the switch beside it; in full until it was read once.
"use client";
import { useLocale, useTranslations } from "next-intl";
import { useId } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { useTrainingChoice } from "../../_lib/use-training-choice.ts";

export function Consent() {
  const t = useTranslations("chat.welcome");
  const locale = useLocale();
  const id = useId();
  const { account, query, setOptOut, consent } = useTrainingChoice();
  // Nobody can be asked while the server does not answer, and the chat's own message says so.
  if (query.isError && !account) return null;
  if (!account) return <Skeleton className="mt-6 h-12 w-full" />;
  const unread = account.consentedAt === null;
  const text = account.consent[locale] || t("howFeedbackIsUsed");
  return (
    <section
      aria-label={t("consentTitle")}
      className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border bg-surface px-3.5 py-3 text-sm"
    >
      <p className="min-w-0 basis-full whitespace-pre-line text-quiet">{unread ? text : t("howFeedbackIsUsed")}</p>
      <div className="flex flex-1 items-center gap-2.5">
        <Switch id={id} checked={!account.trainingOptOut} onCheckedChange={(learn) => setOptOut(!learn)} />
        <label htmlFor={id} className="font-medium">
          {t("learn")}
        </label>
      </div>
      {unread && (
        <Button size="sm" onClick={consent}>
          {t("understood")}
        </Button>
      )}
    </section>
  );
}
