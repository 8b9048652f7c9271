// The languages as links in their own names, for pages without a user menu.
"use client";
import { useTranslations } from "next-intl";
import { LOCALE_NAMES, LOCALES } from "../../server/locale.ts";
import { useLocaleChoice } from "../_lib/preferences.ts";

export function LocaleSwitch() {
  const t = useTranslations("common");
  const [locale, choose] = useLocaleChoice();
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{t("language")}</legend>
      {LOCALES.map((option) => (
        <button
          key={option}
          type="button"
          lang={option === "zh" ? "zh-Hans" : option}
          aria-pressed={option === locale}
          className="h-8 rounded-lg px-2 text-quiet text-sm hover:bg-hover aria-pressed:font-medium aria-pressed:text-ink"
          onClick={() => choose(option)}
        >
          {LOCALE_NAMES[option]}
        </button>
      ))}
    </fieldset>
  );
}
