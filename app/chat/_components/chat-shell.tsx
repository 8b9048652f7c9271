// The frame of the chat that stays while conversations change: left column (a drawer on phones), header, centre.
"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleHelp, Menu, SquarePen } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { openConversation, useActiveConversationId } from "../_lib/active-conversation.ts";
import { useShortcuts } from "../_lib/shortcuts.ts";
import { ConversationView } from "./conversation-view.tsx";
import { Drawer } from "./drawer.tsx";
import { ShortcutHelp, shortcutText } from "./shortcut-help.tsx";
import { Sidebar } from "./sidebar.tsx";

export function ChatShell() {
  const t = useTranslations("chat");
  const conversationId = useActiveConversationId();
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const search = useRef<HTMLInputElement>(null);

  const go = (id: string | null) => {
    setDrawerOpen(false);
    openConversation(id);
  };
  useShortcuts({
    newConversation: () => go(null),
    help: () => setHelpOpen(true),
    search() {
      // On a phone the search is in the drawer, which brings the focus to it when it opens.
      if (search.current?.checkVisibility()) search.current.focus();
      else setDrawerOpen(true);
    },
  });

  return (
    <div className="flex h-dvh">
      <aside
        aria-label={t("conversations")}
        className="hidden w-72 shrink-0 border-r bg-sunken/50 md:block print:hidden"
      >
        <Sidebar activeId={conversationId} onOpen={go} searchRef={search} />
      </aside>
      <Drawer open={drawerOpen} onOpenChange={setDrawerOpen} label={t("conversations")}>
        <Sidebar activeId={conversationId} onOpen={go} focusSearch />
      </Drawer>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-1 px-3">
          <IconButton
            className="md:hidden"
            size="lg"
            label={t("openConversations")}
            onClick={() => setDrawerOpen(true)}
          >
            <Menu />
          </IconButton>
          <Title conversationId={conversationId} />
          <IconButton className="md:hidden" size="lg" label={t("newConversation")} onClick={() => go(null)}>
            <SquarePen />
          </IconButton>
          <IconButton
            className="max-md:hidden"
            size="lg"
            label={t("shortcuts.title")}
            shortcut={shortcutText("help")}
            onClick={() => setHelpOpen(true)}
          >
            <CircleHelp />
          </IconButton>
          <UserMenu here="chat" />
        </header>
        <main id="content" className="flex min-h-0 flex-1 flex-col">
          <ConversationView conversationId={conversationId} />
        </main>
      </div>
      <ShortcutHelp open={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}

function Title({ conversationId }: { conversationId: string | null }) {
  const t = useTranslations("chat");
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.conversation.get.queryOptions({ id: conversationId ?? "" }, { enabled: conversationId !== null }),
  );
  const title = conversationId ? (data?.title ?? "") : t("newConversation");
  return (
    <p className="min-w-0 flex-1 truncate px-2 font-medium text-sm">
      {/* React moves this to the head, so the tab is named after the conversation. */}
      <title>{`${title || t("title")} · Hone`}</title>
      {title}
    </p>
  );
}
