// The colours a canvas paints with, read from the page's own tokens and read again when theme or medium changes.
"use client";
import { useMemo, useSyncExternalStore } from "react";
import { COLOUR_VARIABLES, type Meaning, PAPER_COLOURS } from "./series.ts";

export interface Colours {
  of: Record<Meaning, string>;
  grid: string;
  text: string;
  font: string;
}

/** Changes whenever the colours may have: the theme is a class of <html>, and paper is white in either theme. */
function useSurface(): string {
  return useSyncExternalStore(
    (changed) => {
      const theme = new MutationObserver(changed);
      theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
      const paper = window.matchMedia("print");
      paper.addEventListener("change", changed);
      return () => {
        theme.disconnect();
        paper.removeEventListener("change", changed);
      };
    },
    () => (window.matchMedia("print").matches ? "paper" : document.documentElement.className),
    () => "server",
  );
}

const PAPER: Colours = { of: PAPER_COLOURS, grid: "#e7e5e4", text: "#57534e", font: "11px sans-serif" };

export function useColours(): Colours {
  const surface = useSurface();
  return useMemo(() => {
    if (surface === "server" || surface === "paper") return PAPER;
    const page = getComputedStyle(document.documentElement);
    const variable = (name: string) => page.getPropertyValue(name).trim();
    const meanings = Object.entries(COLOUR_VARIABLES) as [Meaning, string][];
    return {
      of: Object.fromEntries(meanings.map(([meaning, name]) => [meaning, variable(name)])) as Record<Meaning, string>,
      grid: variable("--line"),
      text: variable("--quiet"),
      font: `11px ${getComputedStyle(document.body).fontFamily}`,
    };
  }, [surface]);
}
