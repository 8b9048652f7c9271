// Replies to one prompt side by side, in tabs where there is no room for that, with one choice among them.
"use client";
import { useTranslations } from "next-intl";
import { Tabs } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { Tooltip } from "../../_components/ui/tooltip.tsx";
import { cn } from "../../_lib/cn.ts";
import { choosable, goesOnFrom, letterOf, repliesOf } from "../_lib/drafts.ts";
import type { ShortcutName } from "../_lib/shortcuts.ts";
import { type DraftChoice, type Drafts, isRunning, type Message } from "../_lib/types.ts";
import { useWide } from "../_lib/use-wide.ts";
import { DraftPane } from "./draft-pane.tsx";
import { shortcutText } from "./shortcut-help.tsx";

type DraftsPanelProps = {
  drafts: Drafts;
  messages: Message[];
  /** The draft whose tab is open. */
  lookedAt: string | null;
  onLook: (messageId: string) => void;
  onChoose: (choice: DraftChoice) => void;
  /** Takes a choice back that was made before. */
  onWithdraw: () => void;
  onStop: (messageId: string) => void;
  onEnd: (message: Message) => void;
};

export function DraftsPanel({ drafts, messages, lookedAt, onLook, onChoose, ...on }: DraftsPanelProps) {
  const t = useTranslations("chat.drafts");
  const wide = useWide();
  const replies = repliesOf(drafts, messages);
  const { pick, neither, ended } = choosable(replies);
  const { choice } = drafts;
  const next = goesOnFrom(replies, lookedAt);
  function hint(): string {
    if (choice) return t("chosenBefore");
    if (!ended) return t("wait");
    return next ? t("choose", { letter: letterOf(replies.indexOf(next)) }) : t("stuck");
  }

  const panes = replies.map((message, place) => (
    <DraftPane
      key={message.id}
      letter={letterOf(place)}
      message={message}
      picked={choice?.kind === "PICK" && choice.messageId === message.id}
      pickable={pick.has(message.id)}
      shortcut={shortcutText(`pick${place + 1}` as ShortcutName)}
      onPick={() => onChoose({ kind: "PICK", messageId: message.id })}
      onStop={() => on.onStop(message.id)}
      onEnd={on.onEnd}
      className="h-full"
    />
  ));
  const between = (
    <NoPick
      count={replies.length}
      enabled={neither}
      choice={choice}
      onChoose={onChoose}
      className={cn(panes.length === 2 && "lg:flex-col")}
    />
  );
  return (
    <section aria-label={t("title", { count: replies.length })} className="space-y-3">
      {wide ? (
        <SideBySide panes={panes} between={between} />
      ) : (
        <>
          <InTabs replies={replies} panes={panes} open={lookedAt} onOpen={onLook} />
          {between}
        </>
      )}
      <p role="status" className="text-center text-quiet text-sm">
        {hint()}{" "}
        {choice && (
          <button type="button" className="rounded-sm text-accent underline underline-offset-2" onClick={on.onWithdraw}>
            {t("withdraw")}
          </button>
        )}
      </p>
    </section>
  );
}

/** Wider than the column of words, so that two replies keep a readable measure. */
function SideBySide({ panes, between }: { panes: ReactNode[]; between: ReactNode }) {
  const two = panes.length === 2;
  return (
    <div className="-translate-x-1/2 relative left-1/2 w-[min(70rem,100cqw-2rem)] space-y-3">
      <div
        className={cn(
          "grid gap-3",
          two ? "grid-cols-[1fr_auto_1fr]" : "grid-cols-2",
          panes.length === 3 && "2xl:grid-cols-3",
        )}
      >
        {panes[0]}
        {two && <div className="self-end pb-4">{between}</div>}
        {panes.slice(1)}
      </div>
      {!two && between}
    </div>
  );
}

type InTabsProps = { replies: Message[]; panes: ReactNode[]; open: string | null; onOpen: (messageId: string) => void };

function InTabs({ replies, panes, open, onOpen }: InTabsProps) {
  const t = useTranslations("chat.drafts");
  // What was looked at last may belong to another prompt.
  const shown = replies.find(({ id }) => id === open) ?? replies[0];
  return (
    <Tabs.Root value={shown?.id} onValueChange={onOpen} className="space-y-2">
      <Tabs.List aria-label={t("title", { count: replies.length })} className="flex gap-1 rounded-lg bg-sunken p-1">
        {replies.map((message, place) => (
          <Tabs.Trigger
            key={message.id}
            value={message.id}
            className="inline-flex h-8 flex-1 items-center justify-center gap-2 rounded-md font-medium text-quiet text-sm data-[state=active]:bg-surface data-[state=active]:text-ink"
          >
            {t("reply", { letter: letterOf(place) })}
            {isRunning(message) && <span aria-hidden className="size-1.5 animate-pulse rounded-full bg-accent" />}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {replies.map((message, place) => (
        // Every reply stays mounted: the one out of sight goes on streaming.
        <Tabs.Content key={message.id} value={message.id} forceMount className="data-[state=inactive]:hidden">
          {panes[place]}
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}

type NoPickProps = {
  count: number;
  enabled: boolean;
  choice: DraftChoice | null;
  onChoose: (choice: DraftChoice) => void;
  className?: string;
};

/** Neither is better: both good enough, or none. */
function NoPick({ count, enabled, choice, onChoose, className }: NoPickProps) {
  const t = useTranslations("chat.drafts");
  const acts = [
    { kind: "TIE", name: t("TIE"), shortcut: "tie" },
    { kind: "BOTH_BAD", name: t("BOTH_BAD", { count }), shortcut: "bothBad" },
  ] as const;
  return (
    <div className={cn("flex justify-center gap-2", className)}>
      {acts.map(({ kind, name, shortcut }) => (
        <Tooltip key={kind} content={t(`hint.${kind}`)} shortcut={shortcutText(shortcut)}>
          <Button
            variant={choice?.kind === kind ? "primary" : "secondary"}
            aria-pressed={choice?.kind === kind}
            disabled={!enabled}
            onClick={() => onChoose({ kind })}
          >
            {name}
          </Button>
        </Tooltip>
      ))}
    </div>
  );
}
