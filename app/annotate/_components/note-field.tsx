// A word to whoever reads the rankings, folded away until it is wanted.
"use client";
import { useTranslations } from "next-intl";
import { Textarea } from "../../_components/ui/textarea.tsx";

export function NoteField({ comment, onComment }: { comment: string; onComment: (comment: string) => void }) {
  const t = useTranslations("annotate");
  return (
    <details className="mt-4" open={comment !== ""}>
      <summary className="w-fit cursor-pointer rounded-sm text-quiet text-sm hover:text-ink">{t("note")}</summary>
      <Textarea
        aria-label={t("note")}
        placeholder={t("notePlaceholder")}
        maxLength={2000}
        value={comment}
        onChange={(event) => onComment(event.target.value)}
        className="mt-2 max-w-xl"
      />
    </details>
  );
}
