// "Export": a format is chosen, what it cannot carry is said, and the file is downloaded.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { useId, useState } from "react";
import { DATA_FORMATS, type DataFormat, FORMAT_KINDS } from "../../../../server/domain/views.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Dialog } from "../../../_components/ui/dialog.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Select } from "../../../_components/ui/select.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import { Switch } from "../../../_components/ui/switch.tsx";
import { useTRPC } from "../../../_lib/trpc.ts";
import { QueryView } from "../../_components/query-view.tsx";
import type { DatasetDetails } from "./dataset.tsx";

export function ExportDialog({ dataset }: { dataset: DatasetDetails }) {
  const t = useTranslations("data.dataset");
  const names = useTranslations("data.format");
  const [open, setOpen] = useState(false);
  const [format, setFormat] = useState<DataFormat>("hone");
  const [gzip, setGzip] = useState(false);
  const gzipId = useId();
  const formats = DATA_FORMATS.filter((name) => (FORMAT_KINDS[name] as readonly string[]).includes(dataset.kind));
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Download aria-hidden />
        {t("export")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("exportTitle")}
        description={t("exportText")}
        footer={
          <Button asChild variant="primary">
            <a
              href={`/api/datasets/${dataset.id}/export?format=${format}${gzip ? "&gzip=1" : ""}`}
              download
              onClick={() => setOpen(false)}
            >
              <Download aria-hidden />
              {t("download")}
            </a>
          </Button>
        }
      >
        <div className="space-y-4">
          <Field label={t("format")}>
            <Select
              value={format}
              onValueChange={setFormat}
              options={formats.map((name) => ({ value: name, label: names(name) }))}
            />
          </Field>
          <div className="flex items-center justify-between gap-4">
            <label htmlFor={gzipId} className="text-sm">
              {t("gzip")}
            </label>
            <Switch id={gzipId} checked={gzip} onCheckedChange={setGzip} />
          </div>
          {open && <WhatItCarries id={dataset.id} format={format} />}
        </div>
      </Dialog>
    </>
  );
}

function WhatItCarries({ id, format }: { id: string; format: DataFormat }) {
  const t = useTranslations("data.dataset");
  const figures = useFormatter();
  const trpc = useTRPC();
  const query = useQuery(trpc.dataset.exportReport.queryOptions({ id, format }));
  return (
    <QueryView query={query} skeleton={<SkeletonText lines={2} />}>
      {({ written, leftOut, lost }) => {
        const whole = leftOut.length === 0 && lost.length === 0;
        return (
          <Notice tone={whole ? "info" : "warning"} role="status">
            <p>{t("written", { count: written })}</p>
            {whole && format === "hone" && <p>{t("lossless")}</p>}
            <ul lang="en">
              {leftOut.map(({ reason, count }) => (
                <li key={reason}>{t("leftOut", { count, reason })}</li>
              ))}
              {lost.map(({ field, count }) => (
                <li key={field}>{t("lost", { field, count: figures.number(count) })}</li>
              ))}
            </ul>
          </Notice>
        );
      }}
    </QueryView>
  );
}
