// The annotators' room: header, what was done so far, the task in the middle, guidelines beside it.
"use client";
import { BookOpen, CircleHelp } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Brand } from "../../_components/brand.tsx";
import { SkipLink } from "../../_components/skip-link.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { UserMenu } from "../../_components/user-menu.tsx";
import { keepGuidelinesOpen, readGuidelinesOpen } from "../_lib/kept.ts";
import { Guidelines, GuidelinesPanel } from "./guidelines.tsx";
import { KeyHelp } from "./key-help.tsx";
import { ProgressBar } from "./progress-bar.tsx";
import { Workbench } from "./workbench.tsx";

/** From this width on the guidelines stand beside the task; below it they lie over it. */
const WIDE = "(min-width: 64rem)";

export function Room() {
  const t = useTranslations("annotate");
  /** Unknown until the browser has told what was chosen before; nothing jumps, since the panel waits for it. */
  const [panel, setPanel] = useState<boolean | null>(null);
  const [overlay, setOverlay] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  useEffect(() => setPanel(readGuidelinesOpen()), []);

  const showPanel = (open: boolean) => {
    setPanel(open);
    keepGuidelinesOpen(open);
  };
  const toggleGuidelines = () => {
    if (window.matchMedia(WIDE).matches) showPanel(!panel);
    else setOverlay(true);
  };
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="sticky top-0 z-20 flex h-14 shrink-0 items-center gap-1 border-b bg-canvas pr-3 pl-4">
        <Brand />
        <h1 className="mx-3 font-medium text-quiet text-sm">{t("title")}</h1>
        <div className="ml-auto flex items-center gap-1">
          <IconButton
            size="lg"
            label={t("guidelines.title")}
            shortcut="O"
            aria-pressed={panel ?? false}
            className="lg:aria-pressed:bg-hover lg:aria-pressed:text-ink"
            onClick={toggleGuidelines}
          >
            <BookOpen />
          </IconButton>
          <IconButton
            className="max-md:hidden"
            size="lg"
            label={t("keys.title")}
            shortcut="?"
            onClick={() => setHelpOpen(true)}
          >
            <CircleHelp />
          </IconButton>
          <UserMenu here="annotate" />
        </div>
      </header>
      <div className="flex min-w-0 flex-1">
        <div className="flex min-w-0 flex-1 flex-col">
          <ProgressBar />
          <main id="content" className="flex flex-1 flex-col">
            <Workbench onGuidelines={toggleGuidelines} onHelp={() => setHelpOpen(true)} />
          </main>
        </div>
        {panel && <GuidelinesPanel onClose={() => showPanel(false)} />}
      </div>
      <Dialog open={overlay} onOpenChange={setOverlay} title={t("guidelines.title")}>
        <Guidelines />
      </Dialog>
      <KeyHelp open={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}
