// "Model card": the document that goes with an adapter's files, in either language, to read and to download.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { LANGUAGES, type Language } from "../../../../server/domain/views/registry.ts";
import { LOCALE_NAMES } from "../../../../server/locale.ts";
import { Markdown } from "../../../_components/markdown.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Dialog } from "../../../_components/ui/dialog.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";

export function ModelCard({ adapterId }: { adapterId: string }) {
  const t = useTranslations("registry.card");
  const trpc = useTRPC();
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const [language, setLanguage] = useState<Language>(LANGUAGES.find((known) => known === locale) ?? "en");
  const query = useQuery(trpc.adapter.card.queryOptions({ id: adapterId, language }, { enabled: open }));
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("open")}</Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("open")}
        description={t("text")}
        className="sm:max-w-3xl"
        footer={
          <>
            <Select
              value={language}
              onValueChange={setLanguage}
              label={t("language")}
              options={LANGUAGES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
              className="w-40 text-sm"
            />
            <Button asChild variant="primary">
              <a href={`/api/adapters/${adapterId}/MODEL_CARD.md?language=${language}`} download>
                <Download aria-hidden />
                {t("download")}
              </a>
            </Button>
          </>
        }
      >
        <QueryView query={query}>
          {({ markdown }) => (
            <section
              aria-label={t("open")}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard (WCAG 2.1.1)
              tabIndex={0}
              className="max-h-[60dvh] overflow-y-auto rounded-lg border p-4"
            >
              <Markdown text={markdown} streaming={false} />
            </section>
          )}
        </QueryView>
      </Dialog>
    </>
  );
}
