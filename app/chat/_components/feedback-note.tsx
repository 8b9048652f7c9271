// The line under a reply that was just judged: says what became of it, asks why it was bad, offers to undo.
"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import type { Feedback, FeedbackReason } from "../_lib/types.ts";

type FeedbackNoteProps = {
  feedback: Feedback;
  onChange: (reasons: FeedbackReason[], comment: string) => void;
  onUndo: () => void;
  /** The viewer is done with it. */
  onClose: () => void;
};

export function FeedbackNote({ feedback, onChange, onUndo, onClose }: FeedbackNoteProps) {
  const t = useTranslations("chat.feedback");
  const common = useTranslations("common");
  const chosen = BAD_REASONS.filter((reason) => feedback.reasons.includes(reason));
  const undo = (
    <button type="button" className="rounded-sm text-accent underline underline-offset-2" onClick={onUndo}>
      {common("undo")}
    </button>
  );
  if (feedback.value === 1) {
    return (
      <p role="status" className="fade-in-0 animate-in px-1 text-quiet text-sm">
        {t("goodNoted")} {undo}
      </p>
    );
  }
  return (
    <div className="fade-in-0 animate-in space-y-2 rounded-lg border bg-surface p-3">
      <p role="status" className="text-quiet text-sm">
        {t("badNoted")} {undo}
      </p>
      <Reasons chosen={chosen} onChange={(reasons) => onChange(reasons, feedback.comment ?? "")} />
      <Comment
        initial={feedback.comment ?? ""}
        onSubmit={(comment) => {
          onChange(chosen, comment);
          onClose();
        }}
      />
    </div>
  );
}

/** What a bad reply can be tagged with; the server's list also has words for good ones. */
const BAD_REASONS = [
  "wrong",
  "not-helpful",
  "off-topic",
  "too-long",
  "too-short",
  "unsafe",
  "bad-tone",
] as const satisfies FeedbackReason[];

type ReasonsProps = { chosen: FeedbackReason[]; onChange: (reasons: FeedbackReason[]) => void };

function Reasons({ chosen, onChange }: ReasonsProps) {
  const t = useTranslations("chat.feedback");
  const toggle = (reason: FeedbackReason) =>
    onChange(chosen.includes(reason) ? chosen.filter((other) => other !== reason) : [...chosen, reason]);
  return (
    <fieldset className="flex flex-wrap gap-1.5">
      <legend className="sr-only">{t("reasons")}</legend>
      {BAD_REASONS.map((reason) => (
        <button
          key={reason}
          type="button"
          aria-pressed={chosen.includes(reason)}
          className="h-7 rounded-full border border-line-strong px-2.5 text-quiet text-sm transition-colors hover:bg-hover hover:text-ink aria-pressed:border-rejected aria-pressed:bg-rejected-soft aria-pressed:text-rejected"
          onClick={() => toggle(reason)}
        >
          {t(`reason.${reason}`)}
        </button>
      ))}
    </fieldset>
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
