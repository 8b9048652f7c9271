// The pairwise mode's question: which of two replies is better, or neither.
"use client";
import { ArrowLeft, ArrowRight, Equal, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Kbd } from "../../_components/ui/kbd.tsx";
import type { Answer, Question } from "../_lib/pairwise.ts";
import { keepFocus } from "./reply-card.tsx";

type QuestionBarProps = {
  question: Question;
  letter: (id: string) => string;
  /** Questions answered so far. */
  asked: number;
  onAnswer: (answer: Answer) => void;
  /** Takes back the last answer; null before the first. */
  onBack: (() => void) | null;
};

export function QuestionBar({ question, letter, asked, onAnswer, onBack }: QuestionBarProps) {
  const t = useTranslations("annotate.question");
  return (
    <section aria-label={t("title")} className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-sm">
        <p className="font-medium">
          {t("which", { left: letter(question.left), right: letter(question.right) })}{" "}
          <span className="font-normal text-quiet">{t("left", { asked: asked + 1, most: question.mostAfter })}</span>
        </p>
        {onBack && (
          <Button size="sm" variant="ghost" className="h-7 px-2" onMouseDown={keepFocus} onClick={onBack}>
            <Undo2 aria-hidden />
            {t("back")}
          </Button>
        )}
      </div>
      <div className="grid grid-cols-[1fr_auto_1fr] gap-2">
        <Button size="lg" onMouseDown={keepFocus} onClick={() => onAnswer("left")}>
          <ArrowLeft aria-hidden />
          {t("better", { letter: letter(question.left) })}
          <span className="max-sm:hidden">
            <Kbd>1</Kbd>
          </span>
        </Button>
        <Button size="lg" variant="ghost" onMouseDown={keepFocus} onClick={() => onAnswer("tie")}>
          <Equal aria-hidden />
          {t("tie")}
          <span className="max-sm:hidden">
            <Kbd>T</Kbd>
          </span>
        </Button>
        <Button size="lg" onMouseDown={keepFocus} onClick={() => onAnswer("right")}>
          <span className="max-sm:hidden">
            <Kbd>2</Kbd>
          </span>
          {t("better", { letter: letter(question.right) })}
          <ArrowRight aria-hidden />
        </Button>
      </div>
    </section>
  );
}
