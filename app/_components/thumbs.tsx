// Thumbs up and down: where a person's judgement enters the loop. A second press takes it back.
"use client";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useTranslations } from "next-intl";
import { IconButton } from "./ui/icon-button.tsx";

type ThumbsProps = {
  value: 1 | -1 | null;
  onRate: (value: 1 | -1) => void;
  onClear: () => void;
};

export function Thumbs({ value, onRate, onClear }: ThumbsProps) {
  const t = useTranslations("chat");
  const press = (pressed: 1 | -1) => (value === pressed ? onClear() : onRate(pressed));
  return (
    <>
      <IconButton
        label={t("goodReply")}
        aria-pressed={value === 1}
        className="aria-pressed:bg-chosen-soft aria-pressed:text-chosen aria-pressed:[&_svg]:fill-current/25"
        onClick={() => press(1)}
      >
        <ThumbsUp />
      </IconButton>
      <IconButton
        label={t("badReply")}
        aria-pressed={value === -1}
        className="aria-pressed:bg-rejected-soft aria-pressed:text-rejected aria-pressed:[&_svg]:fill-current/25"
        onClick={() => press(-1)}
      >
        <ThumbsDown />
      </IconButton>
    </>
  );
}
