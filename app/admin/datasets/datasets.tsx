// The list of Datasets, what each holds and where it comes from, and a way to upload one.
"use client";
import { useQuery } from "@tanstack/react-query";
import { Database, Upload } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { DATA_KINDS } from "../../../server/domain/run-config.ts";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { Hash } from "../_components/hash.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { UploadDataset } from "../_components/upload-dataset.tsx";
import { capital } from "../_lib/format.ts";

export function Datasets() {
  const t = useTranslations("admin");
  const words = useTranslations("training");
  const router = useRouter();
  const trpc = useTRPC();
  const [uploading, setUploading] = useState(false);
  const query = useQuery(trpc.dataset.list.queryOptions());
  return (
    <>
      <PageHeader
        title={t("nav.datasets")}
        description={t("datasets.text")}
        actions={
          <Button variant="primary" onClick={() => setUploading(true)}>
            <Upload aria-hidden />
            {t("datasets.upload")}
          </Button>
        }
      />
      <Dialog open={uploading} onOpenChange={setUploading} title={words("upload.title")} className="sm:max-w-xl">
        <UploadDataset kinds={DATA_KINDS} onStored={({ id }) => router.push(`/admin/datasets/${id}`)} />
      </Dialog>
      <QueryView query={query}>
        {(datasets) =>
          datasets.length === 0 ? (
            <EmptyState icon={Database} title={t("datasets.empty")} description={t("datasets.emptyText")} />
          ) : (
            <Table label={t("nav.datasets")}>
              <TableHead>
                <tr>
                  <HeaderCell>{t("datasets.dataset")}</HeaderCell>
                  <HeaderCell>{t("datasets.holds")}</HeaderCell>
                  <HeaderCell>{t("datasets.from")}</HeaderCell>
                  <HeaderCell>{t("datasets.frozen")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.train")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.heldOut")}</HeaderCell>
                  <HeaderCell numeric>{t("datasets.runs")}</HeaderCell>
                </tr>
              </TableHead>
              <TableBody>
                {datasets.map((dataset) => (
                  <TableRow key={dataset.id}>
                    <Cell className="font-medium">
                      <Link href={`/admin/datasets/${dataset.id}`} className="underline underline-offset-2">
                        {dataset.name ?? <Hash sha256={dataset.sha256} />}
                      </Link>
                    </Cell>
                    <Cell className="whitespace-nowrap">{capital(words(`kind.${dataset.kind}`))}</Cell>
                    <Cell className="whitespace-nowrap">{words(`origin.${dataset.origin}`)}</Cell>
                    <Cell className="whitespace-nowrap">
                      <RelativeTime date={dataset.frozenAt} />
                    </Cell>
                    <Cell numeric>{dataset.train}</Cell>
                    <Cell numeric>{dataset.heldOut}</Cell>
                    <Cell numeric>{dataset.runs}</Cell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          )
        }
      </QueryView>
    </>
  );
}
