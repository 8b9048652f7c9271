// The box under a reply that was just judged: says what became of it, asks why, offers to undo.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { cn } from "../../_lib/cn.ts";
import type { Feedback } from "../_lib/types.ts";
import { useReasons } from "../_lib/use-reasons.ts";

type FeedbackNoteProps = {
  feedback: Feedback;
  onChange: (why: { reasons: string[]; comment: string }) => void;
  onUndo: () => void;
  /** The viewer is done with it. */
  onClose: () => void;
};

export function FeedbackNote({ feedback, onChange, onUndo, onClose }: FeedbackNoteProps) {
  const t = useTranslations("chat.feedback");
  const common = useTranslations("common");
  const good = feedback.value === 1;
  // Tags of the other thumb are left behind when the thumb turns.
  const tags = useReasons().of(feedback.value);
  const chosen = tags.map(({ key }) => key).filter((key) => feedback.reasons.includes(key));
  const toggle = (key: string) =>
    onChange({
      reasons: chosen.includes(key) ? chosen.filter((other) => other !== key) : [...chosen, key],
      comment: feedback.comment ?? "",
    });
  return (
    <div className="fade-in-0 animate-in space-y-2 rounded-lg border bg-surface p-3">
      <p role="status" className="text-quiet text-sm">
        {t(good ? "goodNoted" : "badNoted")}{" "}
        <button type="button" className="rounded-sm text-accent underline underline-offset-2" onClick={onUndo}>
          {common("undo")}
        </button>
      </p>
      {tags.length > 0 && (
        <fieldset className="flex flex-wrap gap-1.5">
          <legend className="sr-only">{t(good ? "goodReasons" : "reasons")}</legend>
          {tags.map(({ key, label }) => (
            <button
              key={key}
              type="button"
              aria-pressed={chosen.includes(key)}
              className={cn(
                "h-7 rounded-full border border-line-strong px-2.5 text-quiet text-sm transition-colors hover:bg-hover hover:text-ink",
                good
                  ? "aria-pressed:border-chosen aria-pressed:bg-chosen-soft aria-pressed:text-chosen"
                  : "aria-pressed:border-rejected aria-pressed:bg-rejected-soft aria-pressed:text-rejected",
              )}
              onClick={() => toggle(key)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      )}
      <Comment
        initial={feedback.comment ?? ""}
        onSubmit={(comment) => {
          onChange({ reasons: chosen, comment });
          onClose();
        }}
      />
    </div>
  );
}

function Comment({ initial, onSubmit }: { initial: string; onSubmit: (comment: string) => void }) {
  const t = useTranslations("chat.feedback");
  const [comment, setComment] = useState(initial);
  return (
    <form
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(comment.trim());
      }}
    >
      <Input
        aria-label={t("comment")}
        placeholder={t("commentPlaceholder")}
        className="h-8 text-sm"
        maxLength={2000}
        value={comment}
        onChange={(event) => setComment(event.target.value)}
      />
      <Button type="submit" size="sm">
        {t("done")}
      </Button>
    </form>
  );
}
