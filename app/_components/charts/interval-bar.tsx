// A figure with its interval as a dot on a bar, on a scale it shares with its neighbours; the numbers stand beside it in words.
import { cn } from "../../_lib/cn.ts";

type IntervalBarProps = {
  value: number;
  low: number;
  high: number;
  /** Ends of the scale; what lies outside is drawn at the end. */
  scale: readonly [number, number];
  /** Dashed lines: chance, or a threshold. */
  marks?: readonly number[];
  /** What the figure means, where that is said in words beside it. */
  tone?: keyof typeof TONES;
  className?: string;
};

const TONES = {
  accent: ["stroke-accent/35", "fill-accent"],
  rejected: ["stroke-rejected/35", "fill-rejected"],
  danger: ["stroke-danger/35", "fill-danger"],
} as const;

export function IntervalBar({ value, low, high, scale, marks = [], tone = "accent", className }: IntervalBarProps) {
  const [from, to] = scale;
  const [line, dot] = TONES[tone];
  const at = (figure: number) => `${(Math.min(1, Math.max(0, (figure - from) / (to - from || 1))) * 100).toFixed(2)}%`;
  return (
    <svg
      aria-hidden="true"
      className={cn("h-4 w-full min-w-24 overflow-visible [print-color-adjust:exact]", className)}
    >
      <line x1="0" x2="100%" y1="8" y2="8" className="stroke-line" />
      {marks.map((mark) => (
        <line key={mark} x1={at(mark)} x2={at(mark)} y1="0" y2="16" strokeDasharray="2 2" className="stroke-quiet" />
      ))}
      <line x1={at(low)} x2={at(high)} y1="8" y2="8" strokeWidth="5" strokeLinecap="round" className={line} />
      <circle cx={at(value)} cy="8" r="3.5" className={dot} />
    </svg>
  );
}
