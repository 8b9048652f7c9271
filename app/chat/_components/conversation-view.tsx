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
import { isRunning, type Message } from "../_lib/types.ts";
import { putBefore, readUnsent, writeUnsent } from "../_lib/unsent.ts";
import { useBranches } from "../_lib/use-branches.ts";
import { useOnline } from "../_lib/use-online.ts";
import { useReplies } from "../_lib/use-replies.ts";
import { useStickToBottom } from "../_lib/use-stick-to-bottom.ts";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { ConversationSkeleton } from "./conversation-skeleton.tsx";
import { MessageList } from "./message-list.tsx";
import { Welcome } from "./welcome.tsx";

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
  const { scrollRef, contentRef, atBottom, scrollToBottom } = useStickToBottom(conversationId);

  const conversation = useQuery(
    trpc.conversation.get.queryOptions({ id: conversationId ?? "" }, { enabled: conversationId !== null }),
  );
  const messages = (conversationId && conversation.data?.messages) || [];
  const { path, choose } = useBranches(conversationId, messages);
  const replies = useReplies({ conversationId, onBranch: choose, onUnsent: keepUnsent });
  const stop = useMutation(trpc.message.stop.mutationOptions({ onError: (error: unknown) => toast(errorText(error)) }));

  const last = path.at(-1);
  const runningReply = path.find((message) => message.role === "ASSISTANT" && isRunning(message));
  const asking = replies.pending !== null && replies.pending.error === null;
  const running = asking || runningReply !== undefined;

  const sendNext = (content: string) => {
    setNoteFor(null);
    scrollToBottom();
    void replies.send(content, last?.id ?? null);
  };
  const regenerate = (message: Message) => void replies.regenerate(message);
  const stopRunning = () => runningReply && !stop.isPending && stop.mutate({ messageId: runningReply.id });

  /** Back into the composer, or kept for the conversation they were meant for. */
  function keepUnsent(id: string | null, content: string): void {
    if (id === conversationId) composer.current?.giveBack(content);
    else writeUnsent(id, putBefore(content, readUnsent(id)));
  }

  function finish(message: Message): void {
    if (!conversationId) return;
    cache.updateMessage(conversationId, message.id, () => message);
    setAnnouncement(t(message.status === "COMPLETE" ? "finishedReply" : "endedReply", { text: message.content }));
    // The server may have named the conversation meanwhile.
    void cache.refetchList();
    void cache.refetchConversation(conversationId);
  }

  useShortcuts({
    stop: stopRunning,
    regenerate: () => last?.role === "ASSISTANT" && !running && regenerate(last),
    typed: () => composer.current?.focus(),
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
        pending={replies.pending}
        noteFor={noteFor}
        onNote={setNoteFor}
        onChoose={choose}
        onEnd={finish}
        onEdit={(message, content) => void replies.send(content, message.parentId)}
        onRegenerate={regenerate}
        onRetry={() => void replies.retry()}
        onDismiss={replies.dismiss}
      />
    );
  }

  return (
    <>
      <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable_both-edges]">
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
          onStop={runningReply && !stop.isPending ? stopRunning : null}
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
