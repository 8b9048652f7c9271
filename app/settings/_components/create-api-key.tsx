// Makes an API key and shows it this once, with a way to copy it and a call to try it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ShownOnce } from "../../_components/shown-once.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { SecretLine } from "../../_components/ui/secret-line.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";

export function CreateApiKey() {
  const t = useTranslations("settings.keys");
  const trpc = useTRPC();
  const client = useQueryClient();
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      onSuccess: () => client.invalidateQueries(trpc.apiKey.list.queryFilter()),
    }),
  );
  return (
    <ShownOnce
      making={create}
      title={t("create")}
      madeTitle={t("createdTitle")}
      warning={t("shownOnce")}
      done={t("done")}
      button={(open) => (
        <Button size="sm" onClick={open}>
          <Plus aria-hidden />
          {t("create")}
        </Button>
      )}
      form={<KeyForm busy={create.isPending} error={create.error} onSubmit={(wanted) => create.mutate(wanted)} />}
    >
      {({ key }) => (
        <>
          <SecretLine label={t("copyKey")} text={key} />
          <div className="space-y-1.5">
            <p className="text-quiet text-sm">{t("tryIt")}</p>
            <SecretLine
              label={t("copyCall")}
              text={`curl ${window.location.origin}/v1/models -H "Authorization: Bearer ${key}"`}
            />
          </div>
        </>
      )}
    </ShownOnce>
  );
}

/** Days that a key may be good for. */
const DAYS = { "30": 30, "90": 90, "365": 365, never: null } as const;
type Days = keyof typeof DAYS;

type Wanted = { name: string; days: (typeof DAYS)[Days] };
type KeyFormProps = { busy: boolean; error: unknown; onSubmit: (wanted: Wanted) => void };

function KeyForm({ busy, error, onSubmit }: KeyFormProps) {
  const t = useTranslations("settings.keys");
  const errorText = useErrorText();
  const [days, setDays] = useState<Days>("90");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit({ name: String(new FormData(event.currentTarget).get("name")).trim(), days: DAYS[days] });
  };
  return (
    <form className="space-y-4" onSubmit={submit}>
      {error ? (
        <Notice tone="danger" role="alert">
          {errorText(error)}
        </Notice>
      ) : null}
      <Field label={t("name")} hint={t("nameHint")}>
        <Input name="name" required maxLength={100} autoComplete="off" autoFocus />
      </Field>
      <Field label={t("lasts")} hint={days === "never" ? t("neverHint") : undefined}>
        <Select
          value={days}
          onValueChange={setDays}
          options={(["30", "90", "365", "never"] as const).map((value) => ({
            value,
            label: value === "never" ? t("never") : t("days", { count: DAYS[value] }),
          }))}
          className="w-full"
        />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={busy}>
          {t("create")}
        </Button>
      </div>
    </form>
  );
}
