// How strong an E-value is in words, and where it stands on a logarithmic scale that ends a little beyond its bar.

type Strength = "none" | "hardly" | "some" | "strong" | "over";

/**
 * Words for evidence against "no worse". The steps are Jeffreys' (1961, app. B) for likelihood ratios, √10 and 10, as Vovk and Wang (2021,
 * §2) take them over for E-values; at the bar an arm is taken back.
 */
export function strength(evidence: number, bar: number): Strength {
  if (evidence >= bar) return "over";
  if (evidence <= 1) return "none";
  if (evidence < Math.sqrt(10)) return "hardly";
  return evidence < 10 ? "some" : "strong";
}

/** What is drawn at most, as a multiple of the way from 1 to the bar. */
const MOST = 1.2;

/** 0 is an E-value of 1 or less, 1 the bar; what is far beyond it stands at the end of the scale. */
export function reach(evidence: number, bar: number): number {
  return Math.min(MOST, Math.log(Math.max(1, evidence)) / Math.log(bar)) / MOST;
}

/** Where the bar itself stands on that scale. */
export const BAR_REACH = 1 / MOST;

/** Powers of ten between 1 and the bar. */
export function decades(bar: number): number[] {
  const most = Math.ceil(Math.log10(bar) - 1e-9);
  return Array.from({ length: Math.max(0, most - 1) }, (_, i) => 10 ** (i + 1));
}
