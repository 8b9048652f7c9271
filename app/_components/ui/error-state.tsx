// What a list or page says when loading failed: the error as a sentence, and "Try again".
"use client";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "../../_lib/cn.ts";
import { useErrorText } from "../../_lib/error-text.ts";
import { Button } from "./button.tsx";

type ErrorStateProps = {
  /** Whatever was thrown; shown in the viewer's language where its code is known. */
  error: unknown;
  onRetry?: () => void;
  className?: string;
};

export function ErrorState({ error, onRetry, className }: ErrorStateProps) {
  const t = useTranslations("common");
  const errorText = useErrorText();
  return (
    <div
      role="alert"
      className={cn("flex flex-col items-center justify-center gap-1 px-4 py-10 text-center", className)}
    >
      <TriangleAlert aria-hidden className="mb-2 size-5 text-danger" />
      <p className="max-w-md text-balance text-sm">{errorText(error)}</p>
      {onRetry && (
        <Button size="sm" className="mt-3" onClick={onRetry}>
          {t("tryAgain")}
        </Button>
      )}
    </div>
  );
}
