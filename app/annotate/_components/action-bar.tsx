// What can be done with a task: submit, call all bad, skip, undo the one before.
"use client";
import { Ban, SkipForward, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Kbd } from "../../_components/ui/kbd.tsx";
import { keepFocus } from "./reply-card.tsx";

type ActionBarProps = {
  allBad: boolean;
  ready: boolean;
  submitting: boolean;
  gone: boolean;
  /** Two at a time are asked about, so there is nothing to submit yet. */
  asking: boolean;
  onAllBad: (allBad: boolean) => void;
  onSubmit: () => void;
  onSkip: () => void;
  onUndo: (() => void) | null;
  /** Takes back the last answer of a finished round of questions. */
  onTakeBack: (() => void) | null;
};

export function ActionBar(props: ActionBarProps) {
  const t = useTranslations("annotate");
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="sm"
        aria-pressed={props.allBad}
        onMouseDown={keepFocus}
        onClick={() => props.onAllBad(!props.allBad)}
        className="aria-pressed:border-rejected aria-pressed:bg-rejected-soft aria-pressed:text-rejected"
      >
        <Ban aria-hidden />
        {t("allBad")}
        <Key>0</Key>
      </Button>
      <Button size="sm" variant="ghost" disabled={props.gone} onMouseDown={keepFocus} onClick={props.onSkip}>
        <SkipForward aria-hidden />
        {t("skip.act")}
        <Key>S</Key>
      </Button>
      <Button
        size="sm"
        variant="ghost"
        disabled={!props.onUndo}
        aria-label={t("undoLast")}
        onMouseDown={keepFocus}
        onClick={() => props.onUndo?.()}
      >
        <Undo2 aria-hidden />
        <span className="max-sm:hidden">{t("undoLast")}</span>
        <Key>U</Key>
      </Button>
      {props.onTakeBack && (
        <Button size="sm" variant="ghost" onMouseDown={keepFocus} onClick={props.onTakeBack}>
          {t("question.back")}
        </Button>
      )}
      {!(props.asking && !props.allBad) && (
        <Button
          variant="primary"
          className="ml-auto max-sm:flex-1"
          disabled={!props.ready}
          busy={props.submitting}
          onClick={props.onSubmit}
        >
          {t("submit")}
          <span className="max-sm:hidden">
            <Kbd inverted>Enter</Kbd>
          </span>
        </Button>
      )}
    </div>
  );
}

function Key({ children }: { children: string }) {
  return (
    <span className="max-md:hidden">
      <Kbd>{children}</Kbd>
    </span>
  );
}
