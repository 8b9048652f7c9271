// The left column: a new conversation, search, and the conversations by day.
"use client";
import { Search, SquarePen } from "lucide-react";
import { useTranslations } from "next-intl";
import { type Ref, useState } from "react";
import { Brand } from "../../_components/brand.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { useDebounced } from "../../_lib/use-debounced.ts";
import { ConversationList } from "./conversation-list.tsx";
import { shortcutText } from "./shortcut-help.tsx";

type SidebarProps = {
  activeId: string | null;
  onOpen: (conversationId: string | null) => void;
  searchRef?: Ref<HTMLInputElement>;
  /** The column was opened to search. */
  focusSearch?: boolean;
};

export function Sidebar({ activeId, onOpen, searchRef, focusSearch }: SidebarProps) {
  const t = useTranslations("chat");
  const [search, setSearch] = useState("");
  const wanted = useDebounced(search.trim(), 200);
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center justify-between pr-2.5 pl-4">
        <Brand />
        <IconButton
          size="lg"
          label={t("newConversation")}
          shortcut={shortcutText("newConversation")}
          onClick={() => onOpen(null)}
        >
          <SquarePen />
        </IconButton>
      </div>
      <div className="relative px-2.5 pb-2">
        <Search
          aria-hidden
          className="-translate-y-1/2 pointer-events-none absolute top-[1.125rem] left-5 size-4 text-faint"
        />
        <Input
          ref={searchRef}
          type="search"
          autoFocus={focusSearch}
          aria-label={t("searchConversations")}
          placeholder={t("searchConversations")}
          className="border-line bg-surface pl-8 text-sm"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || !search) return;
            event.stopPropagation();
            setSearch("");
          }}
        />
      </div>
      <ConversationList search={wanted} activeId={activeId} onOpen={onOpen} />
    </div>
  );
}
