// Under every finished reply, always in sight: judge, regenerate, compare, edit, copy, step through siblings, and who spoke.
"use client";
import { Columns2, Pencil, RefreshCw, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Thumbs } from "../../_components/thumbs.tsx";
import { Badge } from "../../_components/ui/badge.tsx";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import type { Message } from "../_lib/types.ts";
import { FeedbackSummary } from "./feedback-summary.tsx";
import { ReleaseBadge } from "./release-badge.tsx";
import { SiblingNav } from "./sibling-nav.tsx";

type ReplyFootProps = {
  message: Message;
  siblings: Message[];
  /** It waits for a choice among drafts: nobody says yet who spoke. */
  blind: boolean;
  noteOpen: boolean;
  onChoose: (message: Message) => void;
  onRate: (value: 1 | -1) => void;
  onClearRating: () => void;
  onNote: () => void;
  onRegenerate: () => void;
  onCompare: () => void;
  onEdit: () => void;
  onWithdrawEdit: () => void;
};

export function ReplyFoot({ message, siblings, blind, noteOpen, ...on }: ReplyFootProps) {
  const t = useTranslations("chat");
  const { edit, feedback, release } = message;
  const said = message.content !== "";
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-y-1">
      {/* Nobody judges their own words. */}
      {said && !edit && <Thumbs value={feedback?.value ?? null} onRate={on.onRate} onClear={on.onClearRating} />}
      {feedback && !noteOpen && <FeedbackSummary feedback={feedback} onOpen={on.onNote} />}
      <IconButton label={t("regenerate")} onClick={on.onRegenerate}>
        <RefreshCw />
      </IconButton>
      {said && !edit && (
        <IconButton label={t("compare")} onClick={on.onCompare}>
          <Columns2 />
        </IconButton>
      )}
      {said && (
        <IconButton label={t("editReply")} onClick={on.onEdit}>
          <Pencil />
        </IconButton>
      )}
      {edit && !edit.withdrawn && (
        <IconButton label={t("edit.withdraw")} onClick={on.onWithdrawEdit}>
          <Undo2 />
        </IconButton>
      )}
      {said && <CopyButton text={message.content} />}
      <SiblingNav
        message={message}
        siblings={siblings}
        previousLabel={t("previousReply")}
        nextLabel={t("nextReply")}
        onChoose={on.onChoose}
      />
      <span className="ml-auto">
        {edit ? (
          <Badge tone={edit.withdrawn ? "neutral" : "chosen"}>
            {t(edit.withdrawn ? "edit.badgeWithdrawn" : "edit.badge")}
          </Badge>
        ) : (
          release && !blind && <ReleaseBadge release={release} />
        )}
      </span>
    </div>
  );
}
