// Keeps the newest words in sight while they grow, unless the reader has scrolled up to read.
"use client";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Closer to the end than this counts as reading the end, in CSS pixels. */
const NEAR = 80;

type StickToBottom = {
  /** The box that scrolls. */
  scrollRef: RefObject<HTMLDivElement | null>;
  /** What grows inside it. */
  contentRef: RefObject<HTMLDivElement | null>;
  atBottom: boolean;
  scrollToBottom: () => void;
};

/** A change of `key` (another conversation) starts at the bottom again. */
export function useStickToBottom(key: string | null): StickToBottom {
  const scrollRef = useRef<HTMLDivElement>(null);
  const contentRef = useRef<HTMLDivElement>(null);
  const sticking = useRef(true);
  const [atBottom, setAtBottom] = useState(true);

  const scrollToBottom = useCallback(() => {
    sticking.current = true;
    setAtBottom(true);
    scrollRef.current?.scrollTo({ top: scrollRef.current.scrollHeight });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new key is the reason to run, though it is not read
  useLayoutEffect(scrollToBottom, [key, scrollToBottom]);

  useEffect(() => {
    const box = scrollRef.current;
    const content = contentRef.current;
    if (!box || !content) return;
    let lastTop = box.scrollTop;
    const onScroll = () => {
      const distance = box.scrollHeight - box.clientHeight - box.scrollTop;
      // Growing content also moves the end away; only a movement upwards is the reader's wish to stay.
      if (distance < NEAR) sticking.current = true;
      else if (box.scrollTop < lastTop) sticking.current = false;
      lastTop = box.scrollTop;
      setAtBottom(sticking.current);
    };
    const follow = new ResizeObserver(() => {
      if (sticking.current) box.scrollTop = box.scrollHeight;
    });
    follow.observe(content);
    follow.observe(box);
    box.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      follow.disconnect();
      box.removeEventListener("scroll", onScroll);
    };
  }, []);

  return { scrollRef, contentRef, atBottom, scrollToBottom };
}
