// Two counts as the two parts of one thin bar, the second one hatched, each with its words.

type SplitBarProps = { left: number; right: number; leftLabel: string; rightLabel: string };

const HATCH =
  "repeating-linear-gradient(45deg, var(--rejected) 0 3px, color-mix(in oklab, var(--rejected) 55%, transparent) 3px 5px)";

export function SplitBar({ left, right, leftLabel, rightLabel }: SplitBarProps) {
  return (
    <div className="[print-color-adjust:exact]">
      <div aria-hidden className="mt-1.5 flex h-2 gap-px overflow-hidden rounded-full bg-sunken">
        <span className="bg-chosen" style={{ flexGrow: left }} />
        <span style={{ flexGrow: right, background: HATCH }} />
      </div>
      <p className="mt-1 flex justify-between gap-3 text-quiet text-xs">
        <span>{leftLabel}</span>
        <span>{rightLabel}</span>
      </p>
    </div>
  );
}
