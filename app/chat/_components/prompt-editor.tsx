// Edits a prompt in place; sending makes a new branch beside the old one.
"use client";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useState } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Textarea } from "../../_components/ui/textarea.tsx";
import { isSendKey } from "../_lib/send-key.ts";

type PromptEditorProps = { content: string; onSubmit: (content: string) => void; onCancel: () => void };

export function PromptEditor({ content, onSubmit, onCancel }: PromptEditorProps) {
  const t = useTranslations("chat");
  const common = useTranslations("common");
  const [text, setText] = useState(content);
  const changed = text.trim() !== "" && text.trim() !== content.trim();
  const submit = () => changed && onSubmit(text.trim());
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    } else if (isSendKey(event)) {
      event.preventDefault();
      submit();
    }
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
        aria-label={t("editPrompt")}
        className="max-h-80 min-h-0 resize-none border-0 bg-transparent p-1 focus-visible:outline-none"
        value={text}
        onFocus={(event) => event.target.setSelectionRange(text.length, text.length)}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <p className="mr-auto text-quiet text-xs">{t("editHint")}</p>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          {common("cancel")}
        </Button>
        <Button size="sm" variant="accent" type="submit" disabled={!changed}>
          {t("sendEdited")}
        </Button>
      </div>
    </form>
  );
}
