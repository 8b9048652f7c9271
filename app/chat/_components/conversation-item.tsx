// One conversation in the list: opens it, renames it in place, keeps it out of training, deletes it with a way back.
"use client";
import { Ellipsis, GraduationCap, Pencil, ShieldCheck, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type MouseEvent, useState } from "react";
import { DropdownMenu, MenuItem } from "../../_components/ui/dropdown-menu.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { cn } from "../../_lib/cn.ts";
import type { ConversationSummary } from "../_lib/types.ts";
import { useConversationActs } from "../_lib/use-conversation-acts.ts";

type ConversationItemProps = {
  conversation: ConversationSummary;
  active: boolean;
  onOpen: () => void;
  onDeleted: () => void;
  onRestored: () => void;
};

/** A click that should open a tab or window stays the browser's. */
const isPlainClick = (event: MouseEvent) =>
  event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

export function ConversationItem({ conversation, active, onOpen, onDeleted, onRestored }: ConversationItemProps) {
  const t = useTranslations("chat");
  const [renaming, setRenaming] = useState(false);
  const { rename, remove, setTraining } = useConversationActs({ onDeleted, onRestored });

  const out = conversation.trainingOptOut;

  if (renaming) {
    return (
      <RenameField
        title={conversation.title}
        onDone={(title) => {
          setRenaming(false);
          if (title && title !== conversation.title) rename(conversation.id, title);
        }}
      />
    );
  }
  return (
    <div
      className={cn(
        "group relative flex items-center rounded-lg transition-colors focus-within:bg-hover hover:bg-hover",
        active && "bg-hover",
      )}
    >
      <a
        href={`/chat/${conversation.id}`}
        aria-current={active ? "page" : undefined}
        aria-label={out ? t("training.badgeOf", { title: conversation.title }) : undefined}
        className="flex min-w-0 flex-1 items-center gap-1.5 rounded-lg py-1.5 pr-9 pl-2 text-sm"
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          onOpen();
        }}
      >
        <span className="truncate">{conversation.title}</span>
        {out && <ShieldCheck aria-hidden className="size-3.5 shrink-0 text-faint" />}
      </a>
      <DropdownMenu
        trigger={
          <IconButton
            size="sm"
            label={t("conversationMenu", { title: conversation.title })}
            className="absolute right-1 aria-expanded:opacity-100 focus-visible:opacity-100 group-hover:opacity-100 pointer-fine:opacity-0"
          >
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => setRenaming(true)}>
          <Pencil aria-hidden />
          {t("rename")}
        </MenuItem>
        <MenuItem onSelect={() => setTraining(conversation, !out)}>
          {out ? <GraduationCap aria-hidden /> : <ShieldCheck aria-hidden />}
          {t(out ? "training.takeIn" : "training.leaveOut")}
        </MenuItem>
        <MenuItem danger onSelect={() => remove(conversation)}>
          <Trash2 aria-hidden />
          {t("delete")}
        </MenuItem>
      </DropdownMenu>
    </div>
  );
}

function RenameField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const t = useTranslations("chat");
  const [text, setText] = useState(title);
  return (
    <Input
      autoFocus
      aria-label={t("renameLabel")}
      className="h-8 px-2 text-sm"
      maxLength={200}
      value={text}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => onDone(text.trim())}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") onDone(text.trim());
        if (event.key === "Escape") onDone(null);
        if (event.key === "Enter" || event.key === "Escape") event.preventDefault();
      }}
    />
  );
}
