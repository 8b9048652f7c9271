// The order of the replies as letters on places: dragged by pointer or finger, moved by arrow keys.
"use client";
import { useTranslations } from "next-intl";
import { Fragment, type ReactNode } from "react";
import { cn } from "../../_lib/cn.ts";
import type { Change, Draft } from "../_lib/draft.ts";
import { type Drag, dropName, type Target } from "../_lib/use-drag.ts";
import type { Grip } from "./reply-card.tsx";

type BoardProps = {
  ids: readonly string[];
  draft: Draft;
  drag: Drag | null;
  grip: (id: string) => Grip;
  letter: (id: string) => string;
  onChange: (change: Change & { id: string }) => void;
};

export function Board({ ids, draft, drag, grip, letter, onChange }: BoardProps) {
  const t = useTranslations("annotate.board");
  const chips = (at: number | undefined) =>
    ids
      .filter((id) => draft.places[id] === at)
      .map((id) => (
        <button
          key={id}
          type="button"
          data-chip={id}
          {...grip(id)}
          aria-label={
            at === undefined ? t("unplaced", { letter: letter(id) }) : t("placed", { letter: letter(id), place: at })
          }
          aria-pressed={draft.active === id}
          onFocus={() => draft.active !== id && onChange({ type: "activate", id })}
          onClick={() => onChange({ type: "activate", id })}
          className={cn(
            "inline-flex size-8 cursor-grab select-none items-center justify-center rounded-md border font-semibold text-sm",
            draft.active === id
              ? "border-accent bg-accent text-accent-ink"
              : "border-line-strong bg-surface hover:bg-sunken",
            drag?.id === id && "opacity-30",
          )}
        >
          {letter(id)}
        </button>
      ));
  const isOver = (target: Target) => drag?.over && dropName(drag.over) === dropName(target);
  const tray = chips(undefined);
  return (
    <section
      aria-label={t("title")}
      className={cn("flex items-stretch gap-2 max-sm:flex-col", draft.allBad && "grayscale")}
    >
      <Zone
        target={{ kind: "tray" }}
        over={isOver({ kind: "tray" })}
        label={t("tray")}
        className="min-w-24 border-dashed"
      >
        {tray.length > 0 ? tray : <span className="self-center text-faint text-xs">{t("allPlaced")}</span>}
      </Zone>
      <div className="flex min-w-0 flex-1 items-stretch">
        {ids.map((_, i) => (
          <Fragment key={ids[i]}>
            <Gap
              target={{ kind: "gap", at: i + 1 }}
              over={isOver({ kind: "gap", at: i + 1 })}
              dragging={drag !== null}
            />
            <Zone
              target={{ kind: "place", at: i + 1 }}
              over={isOver({ kind: "place", at: i + 1 })}
              label={i === 0 ? t("best") : String(i + 1)}
              className="flex-1"
            >
              {chips(i + 1)}
            </Zone>
          </Fragment>
        ))}
        <Gap
          target={{ kind: "gap", at: ids.length + 1 }}
          over={isOver({ kind: "gap", at: ids.length + 1 })}
          dragging={drag !== null}
        />
      </div>
    </section>
  );
}

type ZoneProps = {
  target: Target;
  over: boolean | null | undefined;
  label: string;
  className?: string;
  children: ReactNode;
};

function Zone({ target, over, label, className, children }: ZoneProps) {
  return (
    <div
      data-drop={dropName(target)}
      className={cn(
        "min-w-0 rounded-lg border border-line-strong bg-surface px-1.5 pb-1.5",
        over && "border-accent bg-accent-soft",
        className,
      )}
    >
      <p className="truncate text-center text-faint text-xs leading-5">{label}</p>
      <div className="flex min-h-8 flex-wrap justify-center gap-1">{children}</div>
    </div>
  );
}

/** Between two places: what is dropped here stands alone, and the others move aside. */
function Gap({ target, over, dragging }: { target: Target; over: boolean | null | undefined; dragging: boolean }) {
  return (
    <div
      data-drop={dropName(target)}
      className={cn("flex w-2 shrink-0 justify-center sm:w-3", dragging && "w-3 sm:w-5")}
    >
      <div className={cn("w-0.5 rounded-full", over && "bg-accent")} />
    </div>
  );
}

/** The letter under the pointer while it is dragged. */
export function FloatingChip({ drag, letter }: { drag: Drag; letter: string }) {
  return (
    <span
      aria-hidden
      className="-translate-x-1/2 -translate-y-1/2 pointer-events-none fixed z-50 inline-flex size-9 items-center justify-center rounded-md bg-accent font-semibold text-accent-ink text-sm shadow-float"
      style={{ left: drag.x, top: drag.y }}
    >
      {letter}
    </span>
  );
}
