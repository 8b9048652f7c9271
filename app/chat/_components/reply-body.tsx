// The words of one reply as they come, and what went wrong if anything did.
"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useDeferredValue } from "react";
import { Markdown } from "../../_components/markdown.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { isRunning, type Message } from "../_lib/types.ts";
import { useReplyStream } from "../_lib/use-reply-stream.ts";
import { Thinking } from "./thinking.tsx";

type ReplyBodyProps = {
  message: Message;
  onEnd: (message: Message) => void;
  /** What can be done about a reply that failed or broke off. */
  remedy?: ReactNode;
};

export function ReplyBody({ message, onEnd, remedy }: ReplyBodyProps) {
  const t = useTranslations("chat");
  const { text, connected } = useReplyStream(message, onEnd);
  const running = isRunning(message);
  // Words may come faster than Markdown is drawn, twice as fast where two replies stream: what is already outdated is
  // skipped, and keys and clicks go first.
  const shown = useDeferredValue(running ? text : message.content);
  return (
    <>
      {shown ? <Markdown text={shown} streaming={running} /> : running && <Thinking />}
      {running && !connected && (
        <Notice role="status" tone="warning">
          {t("reconnecting")}
        </Notice>
      )}
      <ReplyOutcome message={message} remedy={remedy} />
    </>
  );
}

/** Says why a reply ended early. A reply that its reader stopped has no error and says only that. */
function ReplyOutcome({ message, remedy }: { message: Message; remedy?: ReactNode }) {
  const t = useTranslations("chat");
  const reason = useTranslations("errors");
  if (message.endReason === "LENGTH") return <p className="text-faint text-sm">{t("cutOff")}</p>;
  if (message.status === "INTERRUPTED" && !message.error) return <p className="text-faint text-sm">{t("stopped")}</p>;
  if (message.status !== "INTERRUPTED" && message.status !== "FAILED") return null;
  return (
    <Notice role="alert" tone={message.status === "FAILED" ? "danger" : "warning"} action={remedy}>
      {t(message.status === "FAILED" ? "failed" : "interrupted")} {message.error && reason(message.error)}
    </Notice>
  );
}
