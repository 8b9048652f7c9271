// "Retention": when files of old adapters go, and what that means for each of them now.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { Retention } from "../../../server/domain/views/registry.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useSentence } from "../../_lib/sentence.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { QueryView } from "../_components/query-view.tsx";
import { bytes } from "../_lib/format.ts";
import { adapterName } from "./adapter-name.ts";

type Plan = Outputs["adapter"]["retention"];

const LIMITS = { days: [1, 3650], keep: [0, 1000], liveDays: [0, 3650] } as const;
type NumberKey = keyof typeof LIMITS;
const NUMBERS: readonly NumberKey[] = ["days", "keep", "liveDays"];

export function RetentionDialog() {
  const t = useTranslations("registry.retention");
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const query = useQuery(trpc.adapter.retention.queryOptions(undefined, { enabled: open }));
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("open")}</Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("title")} description={t("text")} className="sm:max-w-xl">
        <QueryView query={query}>
          {(plan) => (
            <div className="space-y-5">
              <Policy key={JSON.stringify(plan.policy)} policy={plan.policy} />
              <Effects plan={plan} />
            </div>
          )}
        </QueryView>
      </Dialog>
    </>
  );
}

function Policy({ policy }: { policy: Retention }) {
  const t = useTranslations("registry.retention");
  const [enabled, setEnabled] = useState(policy.enabled);
  const [typed, setTyped] = useState<Record<NumberKey, string>>({
    days: String(policy.days),
    keep: String(policy.keep),
    liveDays: String(policy.liveDays),
  });
  const save = useSave();
  const isWrong = (key: NumberKey) => {
    const [least, most] = LIMITS[key];
    return !/^\d{1,5}$/.test(typed[key].trim()) || Number(typed[key]) < least || Number(typed[key]) > most;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (NUMBERS.some(isWrong)) return;
    const [days, keep, liveDays] = NUMBERS.map((key) => Number(typed[key])) as [number, number, number];
    save.mutate({ retention: { enabled, days, keep, liveDays } });
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <div className="flex items-center gap-3 text-sm">
        <Switch id="retention-enabled" checked={enabled} onCheckedChange={setEnabled} />
        <label htmlFor="retention-enabled">{t("enabled")}</label>
      </div>
      <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
        {NUMBERS.map((key) => (
          <Field
            key={key}
            label={t(key)}
            error={isWrong(key) ? t("number", { least: LIMITS[key][0], most: LIMITS[key][1] }) : undefined}
          >
            <Input
              inputMode="numeric"
              autoComplete="off"
              value={typed[key]}
              onChange={(event) => setTyped({ ...typed, [key]: event.target.value })}
              className="tabular-nums"
            />
          </Field>
        ))}
      </div>
      <div className="flex justify-end">
        <Button type="submit" variant="primary" busy={save.isPending}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

function useSave() {
  const t = useTranslations("registry.retention");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  return useMutation(
    trpc.setting.set.mutationOptions({
      onSuccess: async () => {
        toast(t("saved"));
        await Promise.all(
          [trpc.adapter.retention.queryKey(), trpc.setting.get.queryKey()].map((queryKey) =>
            queryClient.invalidateQueries({ queryKey }),
          ),
        );
      },
      onError: (error) => void toast(errorText(error), { duration: 10_000 }),
    }),
  );
}

function Effects({ plan: { policy, entries } }: { plan: Plan }) {
  const t = useTranslations("registry.retention");
  const sentence = useSentence();
  const format = useFormatter();
  const locale = useLocale();
  const [now] = useState(() => new Date());
  const due = entries.filter((entry) => entry.due !== null && entry.due <= now);
  const when = (date: Date | null) => {
    if (date === null) return t("never");
    return date <= now ? t("now") : t("on", { date: format.dateTime(date, { dateStyle: "medium" }) });
  };
  return (
    <section aria-label={t("plan")} className="border-t pt-4 text-sm">
      <h3 className="font-medium">{t("plan")}</h3>
      <p className="mt-1 text-quiet">
        {policy.enabled
          ? t("sum", {
              count: due.length,
              size: bytes(
                due.reduce((sum, entry) => sum + entry.bytes, 0),
                locale,
              ),
            })
          : t("off")}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <ul className="mt-2 max-h-56 divide-y overflow-y-auto" tabIndex={0} aria-label={t("plan")}>
        {entries.map((entry) => (
          <li key={entry.adapterId} className="flex flex-wrap justify-between gap-x-4 py-1.5">
            <span className="min-w-0 break-words">{adapterName(entry)}</span>
            <span className="text-quiet">
              {when(entry.due)} · {sentence(entry.reason)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
