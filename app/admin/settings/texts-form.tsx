// A text in both languages, side by side, with what readers will see of it.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Markdown } from "../../_components/markdown.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";
import { SettingsCard } from "./settings-card.tsx";

const LANGUAGES = ["en", "zh"] as const;
type Texts = Record<(typeof LANGUAGES)[number], string>;

type TextsFormProps = {
  id: string;
  title: string;
  text: string;
  value: Texts;
  most: number;
  /** Shows it as Markdown underneath. */
  markdown?: boolean;
  busy: boolean;
  onSave: (value: Texts) => void;
};

export function TextsForm({ id, title, text, value, most, markdown = false, busy, onSave }: TextsFormProps) {
  const t = useTranslations("data.settings");
  const [typed, setTyped] = useState<Partial<Texts>>({});
  const now = { ...value, ...typed };
  return (
    <SettingsCard
      id={id}
      title={title}
      text={text}
      dirty={LANGUAGES.some((language) => now[language].trim() !== value[language])}
      busy={busy}
      onSave={() => {
        onSave(now);
        setTyped({});
      }}
      onReset={() => setTyped({})}
    >
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-2">
        {LANGUAGES.map((language) => (
          <div key={language} className="min-w-0 space-y-3">
            <Field label={t(`language.${language}`)} hint={markdown ? t("markdown") : undefined}>
              <Textarea
                lang={language}
                value={now[language]}
                maxLength={most}
                onChange={(event) => setTyped({ ...typed, [language]: event.target.value })}
                className={markdown ? "max-h-96 min-h-48 font-mono text-sm" : "max-h-96 min-h-32"}
              />
            </Field>
            {markdown && now[language].trim() !== "" && (
              <section aria-label={t("preview", { language: t(`language.${language}`) })} lang={language}>
                <p className="mb-1 text-quiet text-xs">{t("preview", { language: t(`language.${language}`) })}</p>
                <div className="rounded-lg border bg-sunken/40 p-4 text-sm">
                  <Markdown text={now[language]} streaming={false} />
                </div>
              </section>
            )}
          </div>
        ))}
      </div>
    </SettingsCard>
  );
}
