// Theme and language.
"use client";
import { useTranslations } from "next-intl";
import { LOCALE_NAMES, LOCALES } from "../../../server/locale.ts";
import { Card } from "../../_components/ui/card.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { THEMES, useLocaleChoice, useThemeChoice } from "../../_lib/preferences.ts";

export function Appearance() {
  const t = useTranslations("settings.appearance");
  const common = useTranslations("common");
  const [locale, chooseLocale] = useLocaleChoice();
  const [theme, chooseTheme] = useThemeChoice();
  return (
    <Card title={t("title")} description={t("description")}>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={common("language")}>
          <Select
            value={locale}
            onValueChange={chooseLocale}
            options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
          />
        </Field>
        <Field label={common("theme.label")}>
          <Select
            value={theme}
            onValueChange={chooseTheme}
            options={THEMES.map((value) => ({ value, label: common(`theme.${value}`) }))}
          />
        </Field>
      </div>
    </Card>
  );
}
