// Under every finished reply, always in sight: judge, regenerate, copy, step through siblings, and who spoke.
"use client";
import { RefreshCw } from "lucide-react";
import { useTranslations } from "next-intl";
import { Thumbs } from "../../_components/thumbs.tsx";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import type { Message } from "../_lib/types.ts";
import { ReleaseBadge } from "./release-badge.tsx";
import { SiblingNav } from "./sibling-nav.tsx";

type ReplyFootProps = {
  message: Message;
  siblings: Message[];
  onChoose: (message: Message) => void;
  onRate: (value: 1 | -1) => void;
  onClearRating: () => void;
  onRegenerate: () => void;
};

export function ReplyFoot({ message, siblings, onChoose, onRate, onClearRating, onRegenerate }: ReplyFootProps) {
  const t = useTranslations("chat");
  const said = message.content !== "";
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-y-1">
      {said && <Thumbs value={message.feedback?.value ?? null} onRate={onRate} onClear={onClearRating} />}
      <IconButton label={t("regenerate")} onClick={onRegenerate}>
        <RefreshCw />
      </IconButton>
      {said && <CopyButton text={message.content} />}
      <SiblingNav
        message={message}
        siblings={siblings}
        previousLabel={t("previousReply")}
        nextLabel={t("nextReply")}
        onChoose={onChoose}
      />
      {message.release && (
        <span className="ml-auto">
          <ReleaseBadge release={message.release} />
        </span>
      )}
    </div>
  );
}
