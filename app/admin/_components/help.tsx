// A question mark that explains, in plain words, the thing beside it.
"use client";
import { CircleHelp } from "lucide-react";
import { useTranslations } from "next-intl";
import { Popover } from "../../_components/ui/popover.tsx";

/** `about` names the thing; `children` is the explanation. */
export function Help({ about, children }: { about: string; children: string }) {
  const t = useTranslations("admin.common");
  const label = t("helpAbout", { about });
  return (
    <Popover
      label={label}
      trigger={
        <button
          type="button"
          aria-label={label}
          className="inline-flex size-6 items-center justify-center rounded-md text-faint hover:bg-hover hover:text-ink print:hidden"
        >
          <CircleHelp aria-hidden className="size-3.5" />
        </button>
      }
    >
      <p className="mb-1 font-medium">{about}</p>
      <p className="text-pretty text-quiet">{children}</p>
    </Popover>
  );
}
