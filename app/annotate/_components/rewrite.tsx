// The best reply as it should have been: a text field under it that begins with its words.
"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Field } from "../../_components/ui/field.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";

type RewriteProps = {
  content: string;
  /** Whether it would be submitted as things stand. */
  counts: boolean;
  /** Null discards it. */
  onContent: (content: string | null) => void;
};

export function Rewrite({ content, counts, onContent }: RewriteProps) {
  const t = useTranslations("annotate.rewrite");
  return (
    <div className="space-y-2 border-t px-4 py-3">
      <Field label={t("label")} hint={counts ? t("hint") : undefined} error={counts ? undefined : t("notBest")}>
        <Textarea autoFocus rows={4} value={content} onChange={(event) => onContent(event.target.value)} />
      </Field>
      <Button size="sm" variant="ghost" className="-ml-3" onClick={() => onContent(null)}>
        <X aria-hidden />
        {t("discard")}
      </Button>
    </div>
  );
}
