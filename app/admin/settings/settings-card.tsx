// A group of settings that are saved together: its fields, and "Save" once something differs.
"use client";
import { useTranslations } from "next-intl";
import type { FormEvent, ReactNode } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Card } from "../../_components/ui/card.tsx";

type SettingsCardProps = {
  id: string;
  title: string;
  text: string;
  dirty: boolean;
  busy: boolean;
  /** Called only when something differs. */
  onSave: () => void;
  onReset: () => void;
  children: ReactNode;
};

export function SettingsCard({ id, title, text, dirty, busy, onSave, onReset, children }: SettingsCardProps) {
  const t = useTranslations("data.settings");
  const common = useTranslations("common");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (dirty) onSave();
  };
  return (
    <Card id={id} title={title} description={text} className="scroll-mt-4">
      <form onSubmit={submit} noValidate className="space-y-4">
        {children}
        {dirty && (
          <div className="flex justify-end gap-2">
            <Button variant="ghost" onClick={onReset}>
              {t("discard")}
            </Button>
            <Button type="submit" variant="primary" busy={busy}>
              {common("save")}
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}
