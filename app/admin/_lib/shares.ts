// How new conversations are shared out among releases, per mille: the default arm has what no other arm has.

const WHOLE = 1000;
/** What one arrow key moves, and one with Page Up or Page Down. */
const STEP = 10;
const BIG_STEP = 100;

interface Arm {
  deploymentId: string;
  isDefault: boolean;
  share: number;
}

/** The most an arm may have while the other arms beside the default one keep theirs. */
export function mostShare(arms: readonly Arm[], deploymentId: string): number {
  const others = arms.filter((arm) => !arm.isDefault && arm.deploymentId !== deploymentId);
  return WHOLE - others.reduce((sum, { share }) => sum + share, 0);
}

/** The arms with one share changed, within its limits; the default arm gives or takes the difference. */
export function withShare<T extends Arm>(arms: readonly T[], deploymentId: string, share: number): T[] {
  const wanted = Math.round(Math.min(mostShare(arms, deploymentId), Math.max(0, share)));
  const next = arms.map((arm) => (arm.deploymentId === deploymentId ? { ...arm, share: wanted } : arm));
  const rest = WHOLE - next.reduce((sum, arm) => sum + (arm.isDefault ? 0 : arm.share), 0);
  return next.map((arm) => (arm.isDefault ? { ...arm, share: rest } : arm));
}

/** As the bar shows them: arms on trial from the left, oldest first, and the default one last, so that an edge dragged right gives more. */
export function barOrder<T extends Arm & { number: number }>(arms: readonly T[]): T[] {
  return [...arms].sort((a, b) => Number(a.isDefault) - Number(b.isDefault) || a.number - b.number);
}

/** The share that an arm has when its right edge is dragged to a place of the bar, in whole per cent. @param at 0 is the left end, 1 the right */
export function shareAt(ordered: readonly Arm[], deploymentId: string, at: number): number {
  const before = ordered.slice(
    0,
    ordered.findIndex((arm) => arm.deploymentId === deploymentId),
  );
  const left = before.reduce((sum, { share }) => sum + share, 0);
  return Math.round((at * WHOLE - left) / STEP) * STEP;
}

/** The share after a key, or null for a key that does nothing here. */
export function shareAfterKey(key: string, share: number, most: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return Math.min(most, share + STEP);
    case "ArrowLeft":
    case "ArrowDown":
      return Math.max(0, share - STEP);
    case "PageUp":
      return Math.min(most, share + BIG_STEP);
    case "PageDown":
      return Math.max(0, share - BIG_STEP);
    case "Home":
      return 0;
    case "End":
      return most;
    default:
      return null;
  }
}

/** What a person typed as per cent, with a point or a comma, as per mille; null when it is no number from 0 to `most` per mille. */
export function perMille(typed: string, most = WHOLE): number | null {
  if (!/^\s*\d+([.,]\d+)?\s*%?\s*$/.test(typed)) return null;
  const share = Math.round(Number.parseFloat(typed.replace(",", ".")) * 10);
  return share <= most ? share : null;
}

/** As it stands in a field. */
export const perCent = (share: number): string => String(share / 10);
