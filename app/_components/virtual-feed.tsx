// A long list of cards of unlike height that scrolls with the page: only those near the window are drawn.
"use client";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

type VirtualFeedProps<Item> = {
  /** Names the list for assistive technology. */
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** Height in pixels before a card has been measured. */
  estimate: number;
  /** Asked for when the last cards come near; it may be called again while it works. */
  onEnd?: () => void;
  children: (item: Item) => ReactNode;
};

const GAP = 16;
/** Cards drawn beyond either edge of the window. */
const OVERSCAN = 4;
/** With fewer cards than this left below, more are asked for. */
const NEAR_END = 6;

/** A feed by ARIA's word: articles that tell their place, of a number that may not be known yet; Page keys go from one to the next. */
export function VirtualFeed<Item>({ label, items, keyOf, estimate, onEnd, children }: VirtualFeedProps<Item>) {
  const box = useRef<HTMLDivElement>(null);
  const top = useTop(box);
  const list = useWindowVirtualizer({
    count: items.length,
    estimateSize: () => estimate,
    getItemKey: (index) => keyOf(items[index]!),
    gap: GAP,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const rows = list.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;
  const nearEnd = last >= items.length - NEAR_END;
  useEffect(() => {
    if (nearEnd) onEnd?.();
  }, [nearEnd, onEnd]);
  return (
    <div
      ref={box}
      role="feed"
      aria-label={label}
      onKeyDown={toNeighbour}
      className="relative"
      style={{ height: list.getTotalSize() }}
    >
      {rows.map((row) => (
        <article
          key={row.key}
          ref={list.measureElement}
          data-index={row.index}
          tabIndex={-1}
          aria-posinset={row.index + 1}
          aria-setsize={-1}
          aria-label={`${label} ${row.index + 1}`}
          className="absolute inset-x-0 top-0 rounded-lg"
          style={{ transform: `translateY(${row.start - top}px)` }}
        >
          {children(items[row.index]!)}
        </article>
      ))}
    </div>
  );
}

/** Page Down and Page Up inside an article move the focus to the one beside it, which is always drawn. */
function toNeighbour(event: KeyboardEvent<HTMLElement>): void {
  const by = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : 0;
  const from = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("[data-index]") : null;
  if (by === 0 || !from) return;
  const next = event.currentTarget.querySelector<HTMLElement>(`[data-index="${Number(from.dataset.index) + by}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

/** How far down the page the box begins; it moves when what stands above it grows. */
function useTop(box: React.RefObject<HTMLDivElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      if (box.current) setTop(Math.round(box.current.getBoundingClientRect().top + window.scrollY));
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(document.body);
    return () => watcher.disconnect();
  }, [box]);
  return top;
}
