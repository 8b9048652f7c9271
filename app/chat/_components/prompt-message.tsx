// One prompt: what the viewer said, with a way to say it differently (a branch, never an overwrite).
"use client";
import { Pencil } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import type { Message } from "../_lib/types.ts";
import { PromptEditor } from "./prompt-editor.tsx";
import { SiblingNav } from "./sibling-nav.tsx";

/** The words themselves, in a soft block at the right. */
export function PromptBubble({ content }: { content: string }) {
  return (
    <div className="ml-auto w-fit max-w-[85%] whitespace-pre-wrap rounded-xl rounded-br-sm bg-sunken px-3.5 py-2 [overflow-wrap:anywhere]">
      {content}
    </div>
  );
}

type PromptMessageProps = {
  message: Message;
  siblings: Message[];
  onChoose: (message: Message) => void;
  onEdit: (content: string) => void;
};

export function PromptMessage({ message, siblings, onChoose, onEdit }: PromptMessageProps) {
  const t = useTranslations("chat");
  const [editing, setEditing] = useState(false);
  if (editing) {
    return (
      <PromptEditor
        content={message.content}
        onCancel={() => setEditing(false)}
        onSubmit={(content) => {
          setEditing(false);
          onEdit(content);
        }}
      />
    );
  }
  return (
    <article aria-label={t("prompt")} className="space-y-1">
      <PromptBubble content={message.content} />
      <div className="-mr-1.5 -mb-2 flex items-center justify-end">
        <SiblingNav
          message={message}
          siblings={siblings}
          previousLabel={t("previousPrompt")}
          nextLabel={t("nextPrompt")}
          onChoose={onChoose}
        />
        <IconButton size="sm" label={t("editPrompt")} onClick={() => setEditing(true)}>
          <Pencil />
        </IconButton>
        <CopyButton size="sm" text={message.content} label={t("copyPrompt")} />
      </div>
    </article>
  );
}
