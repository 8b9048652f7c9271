// Writes a reply as it should have been; saving puts the text beside the reply, which stays.
"use client";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useId, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";

type ReplyEditorProps = {
  content: string;
  busy: boolean;
  onSubmit: (content: string) => void;
  onCancel: () => void;
};

export function ReplyEditor({ content, busy, onSubmit, onCancel }: ReplyEditorProps) {
  const t = useTranslations("chat.edit");
  const common = useTranslations("common");
  const hint = useId();
  const [text, setText] = useState(content);
  const changed = text.trim() !== "" && text.trim() !== content.trim();
  const submit = () => changed && !busy && onSubmit(text.trim());
  // Enter breaks the line: replies have several, and nothing is sent to anybody.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const save = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!save && event.key !== "Escape") return;
    event.preventDefault();
    if (save) submit();
    else onCancel();
  };
  return (
    <form
      className="space-y-2 rounded-xl border border-line-strong bg-surface p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea
        autoFocus
        aria-label={t("label")}
        aria-describedby={hint}
        className="max-h-[60dvh] min-h-24 resize-none border-0 bg-transparent p-1 focus-visible:outline-none"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p id={hint} className="mr-auto text-quiet text-xs">
          {t("hint")}
        </p>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          {common("cancel")}
        </Button>
        <Button size="sm" variant="accent" type="submit" busy={busy} disabled={!changed}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
