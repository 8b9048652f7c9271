// The centre of the chat: the messages on the chosen path, the composer under them, and the keys that act on them.
"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { ErrorState } from "../../_components/ui/error-state.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { useConversationCache } from "../_lib/conversation-cache.ts";
import { useShortcuts } from "../_lib/shortcuts.ts";
import { type DraftChoice, type Drafts, isRunning, type Message } from "../_lib/types.ts";
import { putBefore, readUnsent, writeUnsent } from "../_lib/unsent.ts";
import { useBranches } from "../_lib/use-branches.ts";
import { useDraftsOnScreen } from "../_lib/use-drafts-on-screen.ts";
import { useOnline } from "../_lib/use-online.ts";
import { useReplies } from "../_lib/use-replies.ts";
import { useStickToBottom } from "../_lib/use-stick-to-bottom.ts";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { ConversationSkeleton } from "./conversation-skeleton.tsx";
import { MessageList } from "./message-list.tsx";
import { Welcome } from "./welcome.tsx";

const NO_DRAFTS: Drafts[] = [];
const NO_MESSAGES: Message[] = [];

export function ConversationView({ conversationId }: { conversationId: string | null }) {
  const t = useTranslations("chat");
  const trpc = useTRPC();
  const cache = useConversationCache();
  const errorText = useErrorText();
  const online = useOnline();
  const composer = useRef<ComposerHandle>(null);
  const [announcement, setAnnouncement] = useState("");
  /** The reply whose feedback note is open; one at most, and none once the viewer types on. */
  const [noteFor, setNoteFor] = useState<string | null>(null);
  const [sideBySide, setSideBySide] = useState(false);
  const { scrollRef, contentRef, atBottom, scrollToBottom } = useStickToBottom(conversationId);

  const conversation = useQuery(
    trpc.conversation.get.queryOptions({ id: conversationId ?? "" }, { enabled: conversationId !== null }),
  );
  const { messages = NO_MESSAGES, drafts = NO_DRAFTS } = (conversationId && conversation.data) || {};
  const { path, choose } = useBranches(conversationId, messages, drafts);
  const beside = useDraftsOnScreen({ conversationId, messages, path, drafts, onPicked: choose });
  const replies = useReplies({ conversationId, onBranch: choose, onUnsent: keepUnsent });
  const stop = useMutation(trpc.message.stop.mutationOptions({ onError: (error: unknown) => toast(errorText(error)) }));

  const last = path.at(-1);
  const runningReplies = [...new Set([...path, ...beside.replies])].filter(isRunning);
  const asking = replies.pending !== null && replies.pending.error === null;
  const running = asking || runningReplies.length > 0;
  const wanted = sideBySide ? "always" : "auto";

  const sendNext = (content: string) => {
    const { end } = beside;
    setNoteFor(null);
    scrollToBottom();
    if (conversationId && end && end !== last) choose(conversationId, end);
    void replies.send(content, end?.id ?? null, wanted);
  };
  const regenerate = (message: Message) => void replies.regenerate(message);
  const stopOne = (messageId: string) => stop.mutate({ messageId });
  const stopRunning = () => {
    if (!stop.isPending) for (const { id } of runningReplies) stopOne(id);
  };
  const pick = (of: Drafts, choice: DraftChoice) => {
    beside.choose(of, choice);
    goOn();
  };
  const press = (choice: Parameters<typeof beside.press>[0]) => {
    if (beside.press(choice)) goOn();
  };
  /** The button that was pressed is gone with its drafts; touch keyboards would cover half the screen unasked. */
  const goOn = () => {
    if (window.matchMedia("(hover: hover)").matches) composer.current?.focus();
  };

  /** Back into the composer, or kept for the conversation they were meant for. */
  function keepUnsent(id: string | null, content: string): void {
    if (id === conversationId) composer.current?.giveBack(content);
    else writeUnsent(id, putBefore(content, readUnsent(id)));
  }

  function finish(message: Message): void {
    if (!conversationId) return;
    cache.updateMessage(conversationId, message.id, () => message);
    const stillRunning = beside.replies.some((other) => other.id !== message.id && isRunning(other));
    // Of replies side by side nobody wants to hear two at once.
    if (beside.replies.length === 0) {
      setAnnouncement(t(message.status === "COMPLETE" ? "finishedReply" : "endedReply", { text: message.content }));
    } else if (!stillRunning) setAnnouncement(t("drafts.ready", { count: beside.replies.length }));
    // The server may have named the conversation meanwhile.
    void cache.refetchList();
    if (!stillRunning) void cache.refetchConversation(conversationId);
  }

  useShortcuts({
    stop: stopRunning,
    regenerate: () => last?.role === "ASSISTANT" && !running && regenerate(last),
    typed: () => composer.current?.focus(),
    pick1: () => press({ place: 0 }),
    pick2: () => press({ place: 1 }),
    pick3: () => press({ place: 2 }),
    pick4: () => press({ place: 3 }),
    tie: () => press("TIE"),
    bothBad: () => press("BOTH_BAD"),
  });

  function content() {
    if (conversationId && conversation.isPending) return <ConversationSkeleton />;
    if (conversationId && conversation.isError && !conversation.data)
      return <ErrorState className="flex-1" error={conversation.error} onRetry={() => void conversation.refetch()} />;
    if (path.length === 0 && !replies.pending) return <Welcome onSend={sendNext} />;
    return (
      <MessageList
        conversationId={conversationId}
        messages={messages}
        path={path}
        drafts={drafts}
        reopened={beside.reopened}
        lookedAt={beside.lookedAt}
        pending={replies.pending}
        noteFor={noteFor}
        onNote={setNoteFor}
        onChoose={choose}
        onEnd={finish}
        onEdit={(message, text) => void replies.send(text, message.parentId, wanted)}
        onRegenerate={regenerate}
        onCompare={(message) => void replies.compare(message)}
        onReopen={beside.reopen}
        onLook={beside.look}
        onDraft={pick}
        onWithdraw={beside.withdraw}
        onStop={stopOne}
        onRetry={() => void replies.retry()}
        onDismiss={replies.dismiss}
      />
    );
  }

  return (
    <>
      <div ref={scrollRef} className="@container min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable_both-edges]">
        <div ref={contentRef} className="mx-auto flex min-h-full w-full max-w-[720px] flex-col px-4">
          {content()}
        </div>
      </div>
      <div className="relative mx-auto w-full max-w-[720px] px-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
        {!atBottom && (
          <div className="-top-12 absolute inset-x-0 flex justify-center">
            <IconButton
              variant="outline"
              className="rounded-full"
              label={t("toLatest")}
              tooltipSide="top"
              onClick={scrollToBottom}
            >
              <ArrowDown />
            </IconButton>
          </div>
        )}
        {!online && (
          <Notice role="status" tone="warning" className="mb-2">
            {t("offline")}
          </Notice>
        )}
        <Composer
          ref={composer}
          conversationId={conversationId}
          running={running}
          sideBySide={sideBySide}
          onSideBySide={setSideBySide}
          onStop={runningReplies.length > 0 && !stop.isPending ? stopRunning : null}
          onSend={sendNext}
          onTyped={() => setNoteFor(null)}
        />
      </div>
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </>
  );
}
