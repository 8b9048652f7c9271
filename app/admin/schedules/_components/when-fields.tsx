// When a schedule fires: by the clock with its next five times, by new pairs, or when the live adapter falls.
"use client";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "next-intl";
import { useMemo } from "react";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { useDebounced } from "../../../_lib/use-debounced.ts";
import { type CronChoice, cronOf } from "../_lib/cron-choice.ts";
import type { ScheduleDraft, ScheduleFault } from "../_lib/schedule-form.ts";
import { Days, Switched } from "./choices.tsx";

export type FormPart = {
  draft: ScheduleDraft;
  faults: ReadonlySet<ScheduleFault>;
  set: (change: Partial<ScheduleDraft>) => void;
};

export function WhenFields({ draft, faults, set }: FormPart) {
  const t = useTranslations("schedule.form");
  const fault = (key: ScheduleFault, words: "pairs" | "winRate") => (faults.has(key) ? t(`fault.${words}`) : undefined);
  return (
    <Card title={t("whenTitle")} description={t("whenText")}>
      <div>
        <Switched label={t("clock")} on={draft.byClock} onChange={(byClock) => set({ byClock })}>
          <ClockFields draft={draft} faults={faults} set={set} />
          <NextTimes draft={draft} />
        </Switched>
        <Switched label={t("pairs")} on={draft.byPairs} onChange={(byPairs) => set({ byPairs })}>
          <Field label={t("pairsCount")} hint={t("pairsHint")} error={fault("pairs", "pairs")}>
            <Input
              inputMode="numeric"
              autoComplete="off"
              value={draft.pairs}
              onChange={(event) => set({ pairs: event.target.value })}
              className="max-w-40 tabular-nums"
            />
          </Field>
        </Switched>
        <Switched label={t("winRate")} on={draft.byWinRate} onChange={(byWinRate) => set({ byWinRate })}>
          <Field label={t("winRatePercent")} hint={t("winRateHint")} error={fault("winRate", "winRate")}>
            <Input
              inputMode="decimal"
              autoComplete="off"
              value={draft.winRate}
              onChange={(event) => set({ winRate: event.target.value })}
              className="max-w-40 tabular-nums"
            />
          </Field>
        </Switched>
      </div>
    </Card>
  );
}

const EVERY = ["hour", "day", "week", "month", "custom"] as const;

function ClockFields({ draft, faults, set }: FormPart) {
  const t = useTranslations("schedule.form");
  const { clock } = draft;
  const choose = (change: Partial<CronChoice>) => set({ clock: { ...clock, ...change } });
  const text = (key: "time" | "minute" | "date" | "cron") => ({
    value: clock[key],
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) => choose({ [key]: event.target.value }),
  });
  const fault = (key: "time" | "minute" | "days" | "date") => (faults.has(key) ? t(`fault.${key}`) : undefined);
  return (
    <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
      <Field label={t("repeat")}>
        <Select
          value={clock.every}
          // What was chosen stays in sight as a pattern, to be changed by hand.
          onValueChange={(every) => choose({ every, ...(every === "custom" && patternOf(clock)) })}
          options={EVERY.map((value) => ({ value, label: t(`every.${value}`) }))}
        />
      </Field>
      {clock.every === "hour" && (
        <Field label={t("minute")} error={fault("minute")}>
          <Input {...text("minute")} inputMode="numeric" className="tabular-nums" />
        </Field>
      )}
      {(clock.every === "day" || clock.every === "week" || clock.every === "month") && (
        <Field label={t("time")} error={fault("time")}>
          <Input {...text("time")} type="time" className="tabular-nums" />
        </Field>
      )}
      {clock.every === "week" && (
        <div className="sm:col-span-2">
          <Days
            label={t("days")}
            value={clock.days}
            onChange={(days) => choose({ days })}
            note={fault("days")}
            faulty={faults.has("days")}
          />
        </div>
      )}
      {clock.every === "month" && (
        <Field label={t("date")} hint={t("dateHint")} error={fault("date")}>
          <Input {...text("date")} inputMode="numeric" className="tabular-nums" />
        </Field>
      )}
      {clock.every === "custom" && (
        <Field label={t("cron")} hint={t("cronHint")}>
          <Input {...text("cron")} spellCheck={false} className="font-mono" />
        </Field>
      )}
      <TimeZone value={draft.timeZone} onChange={(timeZone) => set({ timeZone })} />
    </div>
  );
}

const patternOf = (clock: CronChoice) => {
  const pattern = cronOf(clock);
  return "cron" in pattern ? { cron: pattern.cron } : {};
};

function TimeZone({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const t = useTranslations("schedule.form");
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  return (
    <>
      <Field label={t("zone")}>
        <Input
          list="time-zones"
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </Field>
      <datalist id="time-zones">
        {zones.map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

const STILL_MS = 350;

/** Asked of the server that will fire it, so that what stands here is what will happen. */
function NextTimes({ draft }: { draft: ScheduleDraft }) {
  const t = useTranslations("schedule");
  const format = useFormatter();
  const errorText = useErrorText();
  const trpc = useTRPC();
  const pattern = cronOf(draft.clock);
  const asked = useDebounced(
    JSON.stringify("cron" in pattern && pattern.cron !== "" ? { cron: pattern.cron, timeZone: draft.timeZone } : null),
    STILL_MS,
  );
  const input = JSON.parse(asked) as { cron: string; timeZone: string } | null;
  // Times of the pattern before would stand in the zone of this one, so nothing is shown until these are there.
  const query = useQuery(trpc.schedule.upcoming.queryOptions(input ?? skipToken, { retry: false }));
  if (!input) return null;
  if (query.error) {
    return (
      <p role="alert" className="text-danger text-sm">
        {errorText(query.error)}
      </p>
    );
  }
  return (
    <div aria-live="polite" className="rounded-lg bg-sunken p-3">
      <p className="font-medium text-sm">{t("form.nextTimes")}</p>
      {query.data ? (
        <ol className="mt-1 space-y-0.5 text-sm tabular-nums">
          {query.data.map(({ at }) => (
            <li key={at.toISOString()}>
              {format.dateTime(at, { dateStyle: "full", timeStyle: "short", timeZone: input.timeZone })}
            </li>
          ))}
        </ol>
      ) : (
        <SkeletonText lines={5} />
      )}
    </div>
  );
}
