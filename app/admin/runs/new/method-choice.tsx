// The choice of method, as two cards that say what each does.
"use client";
import { useTranslations } from "next-intl";
import type { Method } from "../../_lib/metrics.ts";

const METHODS: readonly Method[] = ["DPO", "SFT"];

export function MethodChoice({ value, onChange }: { value: Method; onChange: (method: Method) => void }) {
  const t = useTranslations("admin.newRun");
  return (
    <fieldset className="grid gap-2 sm:grid-cols-2">
      <legend className="sr-only">{t("method")}</legend>
      {METHODS.map((method) => (
        <label
          key={method}
          className="flex cursor-pointer gap-3 rounded-lg border border-line-strong p-3 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
        >
          <input
            type="radio"
            name="method"
            value={method}
            checked={method === value}
            onChange={() => onChange(method)}
            aria-labelledby={`method-${method}`}
            aria-describedby={`method-${method}-text`}
            className="mt-1 size-4 shrink-0 accent-accent outline-none"
          />
          <span>
            <span id={`method-${method}`} className="block font-medium text-sm">
              {t(`methodName.${method}`)}
            </span>
            <span id={`method-${method}-text`} className="mt-0.5 block text-pretty text-quiet text-sm">
              {t(`methodText.${method}`)}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
