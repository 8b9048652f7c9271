// Makes an API key and shows it this once, with a way to copy it and a call to try it.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
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
  const [open, setOpen] = useState(false);
  const create = useMutation(
    trpc.apiKey.create.mutationOptions({
      onSuccess: () => client.invalidateQueries(trpc.apiKey.list.queryFilter()),
    }),
  );
  const show = (next: boolean) => {
    setOpen(next);
    // The key must not linger in memory once its window is closed.
    if (!next) create.reset();
  };
  return (
    <>
      <Button size="sm" onClick={() => show(true)}>
        <Plus aria-hidden />
        {t("create")}
      </Button>
      <Dialog open={open} onOpenChange={show} title={t(create.data ? "createdTitle" : "create")}>
        {create.data ? (
          <NewKey secret={create.data.key} onDone={() => show(false)} />
        ) : (
          <KeyForm busy={create.isPending} error={create.error} onSubmit={(wanted) => create.mutate(wanted)} />
        )}
      </Dialog>
    </>
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

function NewKey({ secret, onDone }: { secret: string; onDone: () => void }) {
  const t = useTranslations("settings.keys");
  const call = `curl ${window.location.origin}/v1/models -H "Authorization: Bearer ${secret}"`;
  return (
    <div className="space-y-4">
      <Notice tone="warning">{t("shownOnce")}</Notice>
      <SecretLine label={t("copyKey")} text={secret} />
      <div className="space-y-1.5">
        <p className="text-quiet text-sm">{t("tryIt")}</p>
        <SecretLine label={t("copyCall")} text={call} />
      </div>
      <div className="flex justify-end">
        <Button variant="primary" onClick={onDone}>
          {t("done")}
        </Button>
      </div>
    </div>
  );
}
