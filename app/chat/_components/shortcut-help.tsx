// The keyboard shortcuts, in words, and as text for tooltips.
"use client";
import { useTranslations } from "next-intl";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { Kbd } from "../../_components/ui/kbd.tsx";
import { SHORTCUTS, type ShortcutName } from "../_lib/shortcuts.ts";

const FIRST = ["newConversation", "search", "stop", "regenerate"] as const satisfies ShortcutName[];
const LAST = ["tie", "bothBad", "help"] as const satisfies ShortcutName[];
const APPLE = { mod: "⌘", Shift: "⇧", Alt: "⌥" } as const;

/** The keys as the reader's keyboard labels them. */
function labelled(keys: readonly string[]): string[] {
  const apple = typeof navigator !== "undefined" && /Mac|iP(hone|ad|od)/.test(navigator.userAgent);
  return keys.map((key) => (apple ? (APPLE[key as keyof typeof APPLE] ?? key) : key === "mod" ? "Ctrl" : key));
}

export const shortcutText = (name: ShortcutName) => labelled(SHORTCUTS[name]).join(" ");

export function ShortcutHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("chat.shortcuts");
  const rows = [
    ...FIRST.map((name) => ({ name, keys: labelled(SHORTCUTS[name]) })),
    { name: "pick" as const, keys: labelled(["Alt", "1 … 4"]) },
    ...LAST.map((name) => ({ name, keys: labelled(SHORTCUTS[name]) })),
    { name: "send" as const, keys: ["Enter"] },
    { name: "newLine" as const, keys: ["Shift", "Enter"] },
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")}>
      <dl className="divide-y">
        {rows.map(({ name, keys }) => (
          <div key={name} className="flex items-center justify-between gap-4 py-2 text-sm">
            <dt>{t(name)}</dt>
            <dd className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-quiet text-sm">{t("typing")}</p>
    </Dialog>
  );
}
