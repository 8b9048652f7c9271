// One of several replies that stand side by side: its letter, its words as they come, and the button that picks it.
"use client";
import { Check, Square } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { CopyButton } from "../../_components/ui/copy-button.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { Tooltip } from "../../_components/ui/tooltip.tsx";
import { cn } from "../../_lib/cn.ts";
import { isRunning, type Message } from "../_lib/types.ts";
import { ReplyBody } from "./reply-body.tsx";

type DraftPaneProps = {
  letter: string;
  message: Message;
  picked: boolean;
  pickable: boolean;
  /** As keys of the keyboard. */
  shortcut: string;
  onPick: () => void;
  onStop: () => void;
  onEnd: (message: Message) => void;
  className?: string;
};

export function DraftPane({ letter, message, picked, pickable, shortcut, ...props }: DraftPaneProps) {
  const t = useTranslations("chat.drafts");
  const running = isRunning(message);
  return (
    <article
      aria-label={t("reply", { letter })}
      aria-busy={running}
      className={cn(
        "flex min-w-0 flex-col gap-2 rounded-xl border bg-surface p-4",
        picked && "border-chosen",
        props.className,
      )}
    >
      <div className="flex h-7 items-center gap-1">
        <p aria-hidden className="flex-1 font-medium text-quiet text-sm">
          {letter}
        </p>
        {running ? (
          <IconButton size="sm" label={t("stopOne", { letter })} onClick={props.onStop}>
            <Square className="fill-current" />
          </IconButton>
        ) : (
          message.content !== "" && <CopyButton size="sm" text={message.content} label={t("copyOne", { letter })} />
        )}
      </div>
      <div className="flex-1 space-y-2">
        <ReplyBody message={message} onEnd={props.onEnd} />
      </div>
      <Tooltip content={t("pick", { letter })} shortcut={shortcut}>
        <Button
          size="lg"
          variant={picked ? "accent" : "secondary"}
          aria-pressed={picked}
          disabled={!pickable}
          className="mt-1 w-full"
          onClick={props.onPick}
        >
          {picked && <Check aria-hidden />}
          {t("pick", { letter })}
        </Button>
      </Tooltip>
    </article>
  );
}
