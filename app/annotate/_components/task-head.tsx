// What was asked, how the replies are to be compared, and the clock.
"use client";
import { Columns2, LayoutGrid, Timer } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Mode } from "../_lib/kept.ts";
import type { TaskView } from "./workbench.tsx";

type TaskHeadProps = {
  prompt: TaskView["prompt"];
  /** Null where there are two replies, which leave nothing to choose. */
  mode: Mode | null;
  onMode: (mode: Mode) => void;
  seconds: number;
};

export function TaskHead({ prompt, mode, onMode, seconds }: TaskHeadProps) {
  const t = useTranslations("annotate");
  const before = prompt.slice(0, -1);
  return (
    <>
      <section aria-label={t("prompt")} className="rounded-lg border bg-surface p-4">
        {before.length > 0 && (
          <details className="mb-2 text-sm">
            <summary className="w-fit cursor-pointer rounded-sm text-faint text-xs hover:text-ink">
              {t("earlier", { count: before.length })}
            </summary>
            <ol className="mt-2 mb-3 space-y-2 border-l-2 pl-3">
              {before.map((turn, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: turns of a conversation never change their place
                <li key={i} className="wrap-anywhere whitespace-pre-wrap">
                  <span className="font-medium text-quiet">{t(`speaker.${turn.role}`)}: </span>
                  {turn.content}
                </li>
              ))}
            </ol>
          </details>
        )}
        <p className="mb-1 text-faint text-xs">{t("prompt")}</p>
        <p className="wrap-anywhere max-h-[40dvh] overflow-y-auto whitespace-pre-wrap font-medium" dir="auto">
          {prompt.at(-1)?.content}
        </p>
      </section>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-quiet text-sm max-sm:hidden">{t(mode === "pairs" ? "doPairs" : "doAll")}</p>
        <div className="ml-auto flex items-center gap-3">
          {mode && <ModeSwitch mode={mode} onMode={onMode} />}
          <span role="timer" className="inline-flex items-center gap-1 text-faint text-xs tabular-nums">
            <Timer aria-hidden className="size-3.5" />
            <span className="sr-only">{t("time")} </span>
            {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
          </span>
        </div>
      </div>
    </>
  );
}

const MODES = [
  { mode: "all", icon: LayoutGrid },
  { mode: "pairs", icon: Columns2 },
] as const;

function ModeSwitch({ mode, onMode }: { mode: Mode; onMode: (mode: Mode) => void }) {
  const t = useTranslations("annotate.mode");
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons in a row are not a form's fieldset
    <div
      role="group"
      aria-label={t("label")}
      className="inline-flex rounded-lg border border-line-strong bg-surface p-0.5"
    >
      {MODES.map(({ mode: one, icon: Icon }) => (
        <button
          key={one}
          type="button"
          aria-pressed={mode === one}
          onClick={() => onMode(one)}
          className="inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-quiet text-sm hover:text-ink aria-pressed:bg-sunken aria-pressed:font-medium aria-pressed:text-ink"
        >
          <Icon aria-hidden className="size-3.5" />
          {t(one)}
        </button>
      ))}
    </div>
  );
}
