// The frame of the chat that stays while conversations change: left column (a drawer on phones), header, centre.
"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleHelp, Menu, SquarePen } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { SkipLink } from "../../_components/skip-link.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { openConversation, useActiveConversationId } from "../_lib/active-conversation.ts";
import { useShortcuts } from "../_lib/shortcuts.ts";
import { ConversationView } from "./conversation-view.tsx";
import { Drawer } from "./drawer.tsx";
import { NotForTraining } from "./not-for-training.tsx";
import { ShortcutHelp, shortcutText } from "./shortcut-help.tsx";
import { Sidebar } from "./sidebar.tsx";

export function ChatShell() {
  const t = useTranslations("chat");
  const conversationId = useActiveConversationId();
  /** The left column on phones; "search" when it was opened to search, since focus there raises the touch keyboard. */
  const [drawer, setDrawer] = useState<"closed" | "list" | "search">("closed");
  const [helpOpen, setHelpOpen] = useState(false);
  const search = useRef<HTMLInputElement>(null);

  const go = (id: string | null) => {
    setDrawer("closed");
    openConversation(id);
  };
  useShortcuts({
    newConversation: () => go(null),
    help: () => setHelpOpen(true),
    search() {
      if (search.current?.checkVisibility()) search.current.focus();
      else setDrawer("search");
    },
  });

  return (
    <div className="flex h-dvh">
      <SkipLink />
      <aside
        aria-label={t("conversations")}
        className="hidden w-72 shrink-0 border-r bg-sunken/50 md:block print:hidden"
      >
        <Sidebar activeId={conversationId} onOpen={go} searchRef={search} />
      </aside>
      <Drawer
        open={drawer !== "closed"}
        onOpenChange={(open) => setDrawer(open ? "list" : "closed")}
        label={t("conversations")}
      >
        <Sidebar activeId={conversationId} onOpen={go} focusSearch={drawer === "search"} />
      </Drawer>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-1 px-3">
          <IconButton className="md:hidden" size="lg" label={t("openConversations")} onClick={() => setDrawer("list")}>
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
  // A new conversation has its heading in its middle.
  const Heading = conversationId ? "h1" : "p";
  return (
    <>
      {/* React moves this to the head, so the tab is named after the conversation. */}
      <title>{`${title || t("title")} · Hone`}</title>
      <div className="flex min-w-0 flex-1 items-center gap-2 px-2">
        <Heading className="truncate font-medium text-sm">{title}</Heading>
        {conversationId && data && <NotForTraining conversation={data} />}
      </div>
    </>
  );
}
