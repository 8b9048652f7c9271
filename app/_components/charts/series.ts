// What a line in a chart is: its data's name, its meaning (which fixes the colour) and the stroke that tells it apart without colour.

/** A meaning has one colour on every page; see the tokens in app/globals.css. */
export type Meaning = "chosen" | "rejected" | "live" | "candidate" | "accent" | "quiet";

export type Stroke = "solid" | "dashed" | "dotted";

export interface Series {
  /** Key of the value in a row, e.g. "rewards/chosen". */
  name: string;
  /** Shown beside the line, in the viewer's language. */
  label: string;
  meaning: Meaning;
  stroke: Stroke;
}

/** Lengths of line and gap in pixels; empty is an unbroken line. */
export const DASHES: Record<Stroke, number[]> = { solid: [], dashed: [6, 4], dotted: [2, 3] };

/** The CSS variable behind a meaning. */
export const COLOUR_VARIABLES: Record<Meaning, string> = {
  chosen: "--accent",
  rejected: "--rejected",
  live: "--ink",
  candidate: "--candidate",
  accent: "--accent",
  quiet: "--quiet",
};

/** Colours of a file that leaves the page: it is read on white, whatever theme it was saved from. */
export const PAPER_COLOURS: Record<Meaning, string> = {
  chosen: "#0f766e",
  rejected: "#a8590a",
  live: "#1c1917",
  candidate: "#6d28d9",
  accent: "#0f766e",
  quiet: "#57534e",
};
