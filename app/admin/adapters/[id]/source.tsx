// Where an imported adapter came from: the file, who brought it, and whether it names its base.
"use client";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Card } from "../../../_components/ui/card.tsx";
import type { Outputs } from "../../../_lib/trpc.ts";
import { Facts } from "../../_components/facts.tsx";
import { Hash } from "../../_components/hash.tsx";
import { Person } from "../../_components/person.tsx";
import { bytes } from "../../_lib/format.ts";

type AdapterDetails = Outputs["adapter"]["get"];
type SourceProps = { source: NonNullable<AdapterDetails["source"]>; importedBy: AdapterDetails["importedBy"] };

export function Source({ source, importedBy }: SourceProps) {
  const t = useTranslations("registry.source");
  const format = useFormatter();
  const locale = useLocale();
  return (
    <Card title={t("title")}>
      <Facts
        facts={[
          { name: t("file"), value: `${source.fileName} · ${source.format} · ${bytes(source.bytes, locale)}` },
          ...(importedBy ? [{ name: t("who"), value: <Person person={importedBy} /> }] : []),
          {
            name: t("when"),
            value: format.dateTime(new Date(source.importedAt), { dateStyle: "medium", timeStyle: "short" }),
          },
          { name: t("hash"), value: <Hash sha256={source.sha256} whole copy /> },
          { name: t("base"), value: t(source.baseNamed ? "named" : "shapes") },
        ]}
      />
    </Card>
  );
}
