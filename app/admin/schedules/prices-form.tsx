// What an hour and a million tokens cost here; empty is free.
"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { useSaveSettings } from "../settings/use-save.ts";

type Prices = Outputs["setting"]["get"]["prices"];
const RATES = ["cpuHour", "gpuHour", "annotatorHour", "millionJudgeTokens"] as const;

export function PricesForm({ prices }: { prices: Prices }) {
  const t = useTranslations("schedule.costs");
  const form = useTranslations("schedule.form");
  const [currency, setCurrency] = useState(prices.currency);
  const [typed, setTyped] = useState(() =>
    Object.fromEntries(RATES.map((rate) => [rate, prices[rate] === null ? "" : String(prices[rate])])),
  );
  const { save, isPending } = useSaveSettings();
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  // The form is made anew when the prices have changed; then what they come to has as well.
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: trpc.cost.months.queryKey() });
  }, [queryClient, trpc]);
  const value = (rate: (typeof RATES)[number]) => ((typed[rate] ?? "").trim() === "" ? null : Number(typed[rate]));
  const faulty = (rate: (typeof RATES)[number]) => {
    const price = value(rate);
    return price !== null && !(price >= 0 && price <= 1e6);
  };
  const wrongCurrency = !/^[A-Z]{3}$/.test(currency);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (wrongCurrency || RATES.some(faulty)) return;
    save({
      prices: {
        currency,
        ...(Object.fromEntries(RATES.map((rate) => [rate, value(rate)])) as Omit<Prices, "currency">),
      },
    });
  };
  return (
    <Card title={t("prices")} description={t("pricesText")}>
      <form onSubmit={send} noValidate>
        <div className="grid gap-x-6 gap-y-4 sm:grid-cols-3">
          <Field label={t("currency")} hint={t("currencyHint")} error={wrongCurrency ? t("currencyFault") : undefined}>
            <Input
              value={currency}
              autoComplete="off"
              onChange={(event) => setCurrency(event.target.value.toUpperCase())}
            />
          </Field>
          {RATES.map((rate) => (
            <Field key={rate} label={t(rate)} error={faulty(rate) ? t("fault") : undefined}>
              <Input
                inputMode="decimal"
                autoComplete="off"
                value={typed[rate]}
                onChange={(event) => setTyped({ ...typed, [rate]: event.target.value })}
                className="tabular-nums"
              />
            </Field>
          ))}
        </div>
        <Button type="submit" className="mt-4" busy={isPending}>
          {form("save")}
        </Button>
      </form>
    </Card>
  );
}
