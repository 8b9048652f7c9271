// One reply to judge: its letter, its place, its text, what may be noted about it, and how it should have been.
"use client";
import { GripVertical, PencilLine } from "lucide-react";
import { useTranslations } from "next-intl";
import { REPLY_LABELS } from "../../../server/domain/views/annotation.ts";
import { Markdown } from "../../_components/markdown.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { cn } from "../../_lib/cn.ts";
import type { Change, Draft } from "../_lib/draft.ts";
import type { useDrag } from "../_lib/use-drag.ts";
import { Rewrite } from "./rewrite.tsx";

export type Grip = ReturnType<ReturnType<typeof useDrag>["grip"]>;

type ReplyCardProps = {
  id: string;
  letter: string;
  content: string;
  draft: Draft;
  /** How many places there are. */
  most: number;
  /** Two replies are compared, so places are not asked for. */
  asking: boolean;
  rewritable: boolean;
  grip: Grip;
  onChange: (change: Change) => void;
  onRewrite: () => void;
};

export function ReplyCard(props: ReplyCardProps) {
  const { id, letter, content, draft, most, asking, grip, onChange } = props;
  const t = useTranslations("annotate");
  const active = !asking && draft.active === id;
  const activate = () => !active && onChange({ type: "activate", id });
  return (
    // A press on the card chooses it; letter keys and its buttons do the same.
    <article
      id={`reply-${id}`}
      aria-label={t("reply", { letter })}
      onPointerDown={activate}
      onFocus={activate}
      className={cn(
        "scroll-mt-20 scroll-mb-48 rounded-lg border bg-surface",
        active && "border-accent ring-1 ring-accent",
        draft.allBad && "border-dashed",
      )}
    >
      <header className="flex items-center gap-2 border-b px-3 py-2">
        {/* The same letter in the bar below is the one that keyboards and screen readers reach. */}
        <span
          aria-hidden
          {...(asking ? {} : grip)}
          className={cn(
            "-ml-1 inline-flex h-8 select-none items-center gap-0.5 rounded-md pr-2 font-semibold",
            asking ? "pl-2" : "cursor-grab pl-0.5 hover:bg-hover",
          )}
        >
          {!asking && <GripVertical className="size-4 text-faint" />}
          {letter}
        </span>
        {!asking && <Places id={id} letter={letter} most={most} place={draft.places[id] ?? null} onChange={onChange} />}
      </header>
      <div className="wrap-anywhere px-4 py-3">
        {content.trim() ? (
          <Markdown text={content} streaming={false} />
        ) : (
          <p className="text-faint italic">{t("noText")}</p>
        )}
      </div>
      <footer className="flex flex-wrap items-center gap-1.5 px-3 pb-3">
        <Labels id={id} letter={letter} draft={draft} onChange={onChange} />
        {props.rewritable && draft.rewrite?.messageId !== id && (
          <Button size="sm" variant="ghost" className="ml-auto h-7 px-2" onClick={props.onRewrite}>
            <PencilLine aria-hidden />
            {t("rewrite.start")}
          </Button>
        )}
      </footer>
      {draft.rewrite?.messageId === id && (
        <Rewrite
          content={draft.rewrite.content}
          counts={props.rewritable}
          onContent={(next) =>
            onChange({ type: "rewrite", rewrite: next === null ? null : { messageId: id, content: next } })
          }
        />
      )}
    </article>
  );
}

type PlacesProps = {
  id: string;
  letter: string;
  most: number;
  place: number | null;
  onChange: (change: Change) => void;
};

/** A pointer's press must not leave the focus on a button, where Enter would press it again instead of submitting. */
export const keepFocus = (event: { preventDefault(): void }) => event.preventDefault();

function Places({ id, letter, most, place, onChange }: PlacesProps) {
  const t = useTranslations("annotate");
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of buttons is not a form's fieldset
    <div role="group" aria-label={t("placeOf", { letter })} className="ml-auto flex flex-wrap justify-end gap-1">
      {Array.from({ length: most }, (_, i) => i + 1).map((at) => (
        <button
          key={at}
          type="button"
          aria-label={t("place", { place: at })}
          aria-pressed={place === at}
          onMouseDown={keepFocus}
          onClick={() => onChange({ type: "put", id, place: place === at ? null : at })}
          className="size-8 rounded-md border border-line-strong text-sm tabular-nums hover:bg-hover aria-pressed:border-accent aria-pressed:bg-accent aria-pressed:font-semibold aria-pressed:text-accent-ink"
        >
          {at}
        </button>
      ))}
    </div>
  );
}

type LabelsProps = { id: string; letter: string; draft: Draft; onChange: (change: Change) => void };

function Labels({ id, letter, draft, onChange }: LabelsProps) {
  const t = useTranslations("annotate");
  const given = draft.labels[id] ?? [];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of switches is not a form's fieldset
    <div role="group" aria-label={t("labelsOf", { letter })} className="flex flex-wrap gap-1.5">
      {REPLY_LABELS.map((label) => {
        const on = given.includes(label);
        return (
          <button
            key={label}
            type="button"
            aria-pressed={on}
            onMouseDown={keepFocus}
            onClick={() => onChange({ type: "label", id, label, on: !on })}
            className="h-7 rounded-full border px-2.5 text-quiet text-xs hover:bg-hover hover:text-ink aria-pressed:border-danger/50 aria-pressed:bg-danger-soft aria-pressed:font-medium aria-pressed:text-danger"
          >
            {on && <span aria-hidden>✓ </span>}
            {t(`label.${label}`)}
          </button>
        );
      })}
    </div>
  );
}
