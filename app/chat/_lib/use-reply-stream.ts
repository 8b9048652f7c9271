// The words of a reply while it is being written, picked up where they were after any break.
"use client";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef, useState } from "react";
import { useTRPC } from "../../_lib/trpc.ts";
import { isRunning, type Message } from "./types.ts";

const RETRY_MS = 2000;

type ReplyStream = {
  /** Everything said so far. */
  text: string;
  /** False while the connection is broken; the reply itself goes on at the server. */
  connected: boolean;
};

/** `onEnd` is given the finished message, exactly once per stream. */
export function useReplyStream(message: Message, onEnd: (message: Message) => void): ReplyStream {
  const trpc = useTRPC();
  const [text, setText] = useState("");
  const lastSeq = useRef(0);
  const subscription = useSubscription(
    trpc.message.stream.subscriptionOptions(
      { messageId: message.id },
      {
        enabled: isRunning(message),
        onData({ data }) {
          if (data.type === "end") return onEnd(data.message);
          // A stream opened anew begins at the first word; what is already here is skipped.
          if (data.seq <= lastSeq.current) return;
          lastSeq.current = data.seq;
          setText((said) => said + data.text);
        },
      },
    ),
  );

  // The browser reopens a broken stream by itself, but gives up when the server answers with an error.
  const { status, reset } = subscription;
  useEffect(() => {
    if (status !== "error") return;
    const timer = setTimeout(reset, RETRY_MS);
    window.addEventListener("online", reset);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", reset);
    };
  }, [status, reset]);

  const broken = status === "error" || (status === "connecting" && subscription.error !== null);
  return { text: text || message.content, connected: !broken };
}
