// Copies a text and says so for two seconds, in sight and to screen readers.
"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { copyText } from "../../_lib/clipboard.ts";
import { IconButton, type IconButtonProps } from "./icon-button.tsx";

type CopyButtonProps = Omit<IconButtonProps, "label" | "children"> & {
  text: string;
  /** The accessible name, "Copy" unless told. */
  label?: string;
};

export function CopyButton({ text, label, ...props }: CopyButtonProps) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <>
      <IconButton label={label ?? t("copy")} onClick={async () => setCopied(await copyText(text))} {...props}>
        {copied ? <Check className="text-accent" /> : <Copy />}
      </IconButton>
      <span role="status" className="sr-only">
        {copied ? t("copied") : ""}
      </span>
    </>
  );
}
