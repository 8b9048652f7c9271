// The choice of method, as two cards that say what each does.
"use client";
import { useTranslations } from "next-intl";
import { RadioGroup } from "radix-ui";
import type { Method } from "../../_lib/metrics.ts";

const METHODS: readonly Method[] = ["DPO", "SFT"];

export function MethodChoice({ value, onChange }: { value: Method; onChange: (method: Method) => void }) {
  const t = useTranslations("admin.newRun");
  return (
    <RadioGroup.Root
      aria-label={t("method")}
      value={value}
      onValueChange={(method) => onChange(method as Method)}
      className="grid gap-2 sm:grid-cols-2"
    >
      {METHODS.map((method) => (
        <RadioGroup.Item
          key={method}
          value={method}
          aria-labelledby={`method-${method}`}
          aria-describedby={`method-${method}-text`}
          className="group flex gap-3 rounded-lg border border-line-strong p-3 text-left hover:bg-hover data-[state=checked]:border-accent data-[state=checked]:bg-accent-soft"
        >
          <span
            aria-hidden
            className="mt-1 size-4 shrink-0 rounded-full border border-line-strong bg-surface group-data-[state=checked]:border-[5px] group-data-[state=checked]:border-accent"
          />
          <span>
            <span id={`method-${method}`} className="block font-medium text-sm">
              {t(`methodName.${method}`)}
            </span>
            <span id={`method-${method}-text`} className="mt-0.5 block text-pretty text-quiet text-sm">
              {t(`methodText.${method}`)}
            </span>
          </span>
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
