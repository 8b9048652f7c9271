// A file from the reader's own disk: a button that says so, and the name of what was chosen.
"use client";
import { useTranslations } from "next-intl";
import { type ComponentProps, useState } from "react";
import { cn } from "../../_lib/cn.ts";

type FileInputProps = Omit<ComponentProps<"input">, "type" | "onChange"> & { onFile: (file: File | null) => void };

/** The browser's own button speaks the browser's language, not the page's; so the field is there but not seen. */
export function FileInput({ id, onFile, className, ...props }: FileInputProps) {
  const t = useTranslations("common");
  const [name, setName] = useState<string | null>(null);
  return (
    <div className={cn("flex min-w-0 items-center gap-3", className)}>
      <label
        htmlFor={id}
        className="relative inline-flex h-9 shrink-0 cursor-pointer items-center rounded-lg border border-line-strong bg-surface px-3.5 font-medium text-sm hover:bg-sunken has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
      >
        {t("chooseFile")}
        <input
          {...props}
          id={id}
          type="file"
          onChange={(event) => {
            const file = event.target.files?.[0] ?? null;
            setName(file?.name ?? null);
            onFile(file);
          }}
          className="absolute inset-0 size-full cursor-pointer opacity-0 file:cursor-pointer"
        />
      </label>
      <span className="min-w-0 truncate text-quiet text-sm" aria-live="polite">
        {name ?? t("noFile")}
      </span>
    </div>
  );
}
