// Private data in a Dataset: a scan on request, what was found in its place, and a redacted copy of what is ticked.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ScanSearch, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import type { PiiKind } from "../../../../server/domain/views.ts";
import { Badge } from "../../../_components/ui/badge.tsx";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { EmptyState } from "../../../_components/ui/empty-state.tsx";
import { ErrorState } from "../../../_components/ui/error-state.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { Progress } from "../../../_components/ui/progress.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../../_lib/trpc.ts";
import { useDatasetName } from "../../_components/dataset-name.ts";
import type { DatasetDetails } from "./dataset.tsx";

type Report = Outputs["dataset"]["scan"];
type Finding = Report["findings"][number];

export function Privacy({ dataset }: { dataset: DatasetDetails }) {
  const t = useTranslations("data.privacy");
  const trpc = useTRPC();
  // Reading every example takes a while, so nobody does it by opening a page.
  const scan = useQuery(
    trpc.dataset.scan.queryOptions({ id: dataset.id }, { enabled: false, staleTime: Number.POSITIVE_INFINITY }),
  );
  if (scan.isFetching) {
    return (
      <div role="status" className="space-y-2 py-6 text-quiet text-sm">
        <Progress label={t("scanning")} value={null} />
        <p>{t("scanning")}</p>
      </div>
    );
  }
  const button = (
    <Button variant={scan.data ? "secondary" : "primary"} onClick={() => void scan.refetch()}>
      <ScanSearch aria-hidden />
      {t(scan.data ? "again" : "scan")}
    </Button>
  );
  return (
    <div className="space-y-4">
      <Card actions={button} title={t("scan")} description={t("text")}>
        {scan.error && <ErrorState error={scan.error} onRetry={() => void scan.refetch()} />}
        {scan.data && <Found report={scan.data} />}
      </Card>
      {scan.data && scan.data.affected > 0 && <Redaction dataset={dataset} report={scan.data} />}
    </div>
  );
}

function Found({ report: { affected, examples } }: { report: Report }) {
  const t = useTranslations("data.privacy");
  if (affected === 0) {
    return <EmptyState icon={ShieldCheck} title={t("clean", { count: examples })} description={t("cleanText")} />;
  }
  return (
    <div role="status">
      <p className="font-medium">{t("found", { affected, examples })}</p>
      <p className="mt-1 text-quiet text-sm">{t("cleanText")}</p>
    </div>
  );
}

const toggled = <T,>(set: ReadonlySet<T>, value: T): ReadonlySet<T> => {
  const next = new Set(set);
  if (!next.delete(value)) next.add(value);
  return next;
};

function Redaction({ dataset, report }: { dataset: DatasetDetails; report: Report }) {
  const t = useTranslations("data.privacy");
  const format = useFormatter();
  const errorText = useErrorText();
  const nameOf = useDatasetName();
  const [kinds, setKinds] = useState<ReadonlySet<PiiKind>>(() => new Set(report.byKind.map(({ kind }) => kind)));
  const [kept, setKept] = useState<ReadonlySet<number>>(new Set());
  const [name, setName] = useState(() => t("nameOf", { name: nameOf(dataset) }));
  const redact = useRedact();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (kinds.size === 0) return;
    redact.mutate({ id: dataset.id, kinds: [...kinds], keep: [...kept], name: name.trim() || undefined });
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <Card title={t("kinds")}>
        <fieldset className="grid grid-cols-1 gap-2 sm:grid-cols-2 lg:grid-cols-3">
          <legend className="sr-only">{t("kinds")}</legend>
          {report.byKind.map(({ kind, count }) => (
            <Tick
              key={kind}
              label={t(`kind.${kind}`)}
              note={format.number(count)}
              checked={kinds.has(kind)}
              onChange={() => setKinds(toggled(kinds, kind))}
            />
          ))}
        </fieldset>
        {kinds.size === 0 && <p className="mt-2 text-danger text-sm">{t("chooseKinds")}</p>}
      </Card>
      <Findings
        report={report}
        kinds={kinds}
        kept={kept}
        onToggle={(ordinal) => setKept((before) => toggled(before, ordinal))}
      />
      <Card>
        <div className="flex flex-wrap items-end gap-3">
          <div className="min-w-64 flex-1">
            <Field label={t("name")}>
              <Input
                value={name}
                maxLength={200}
                autoComplete="off"
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
          </div>
          <Button type="submit" variant="primary" busy={redact.isPending} disabled={kinds.size === 0}>
            {t("redact")}
          </Button>
        </div>
        {redact.error && (
          <Notice tone="danger" role="alert" className="mt-3">
            {errorText(redact.error)}
          </Notice>
        )}
      </Card>
    </form>
  );
}

function useRedact() {
  const t = useTranslations("data.privacy");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const router = useRouter();
  return useMutation(
    trpc.dataset.redact.mutationOptions({
      onSuccess: async ({ id }) => {
        await queryClient.invalidateQueries({ queryKey: trpc.dataset.list.queryKey() });
        toast(t("made"));
        router.push(`/admin/datasets/${id}`);
      },
    }),
  );
}

type FindingsProps = {
  report: Report;
  kinds: ReadonlySet<PiiKind>;
  /** Ordinals of examples that stay as they are. */
  kept: ReadonlySet<number>;
  onToggle: (ordinal: number) => void;
};

/** Findings by example, since an example is redacted as a whole or not at all. */
function Findings({ report, kinds, kept, onToggle }: FindingsProps) {
  const t = useTranslations("data.privacy");
  const format = useFormatter();
  const all = report.byKind.reduce((sum, { count }) => sum + count, 0);
  const byExample = Map.groupBy(
    report.findings.filter(({ kind }) => kinds.has(kind)),
    ({ ordinal }) => ordinal,
  );
  return (
    <Card
      title={t("findings")}
      description={
        report.findings.length < all
          ? t("first", { shown: format.number(report.findings.length), all: format.number(all) })
          : t("findingsText")
      }
    >
      <ul className="divide-y">
        {[...byExample].map(([ordinal, findings]) => (
          <li key={ordinal} className="grid gap-2 py-3 first:pt-0 last:pb-0 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <Tick
              label={t("example", { ordinal: ordinal + 1 })}
              name={t("redactExample", { ordinal: ordinal + 1 })}
              checked={!kept.has(ordinal)}
              onChange={() => onToggle(ordinal)}
            />
            <ul className="min-w-0 space-y-1.5">
              {findings.map((finding) => (
                <FoundText key={`${finding.field} ${finding.start}`} finding={finding} kept={kept.has(ordinal)} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function FoundText({ finding: { kind, field, context, replacement }, kept }: { finding: Finding; kept: boolean }) {
  const t = useTranslations("data.privacy");
  const [before, ...after] = context.split(replacement);
  return (
    <li className="text-sm">
      <span className="mr-2 inline-flex gap-1 align-text-bottom">
        <Badge tone="rejected">{t(`kind.${kind}`)}</Badge>
        <Badge>{field}</Badge>
        {kept && <Badge tone="live">{t("stays")}</Badge>}
      </span>
      <span className="break-words text-quiet">
        {before}
        {after.length > 0 && (
          <>
            <mark className="rounded-sm bg-accent-soft px-0.5 font-mono text-accent text-xs">{replacement}</mark>
            {after.join(replacement)}
          </>
        )}
      </span>
    </li>
  );
}

type TickProps = { label: string; name?: string; note?: string; checked: boolean; onChange: () => void };

/** `name` is the accessible name where the label alone would not say what is ticked. */
function Tick({ label, name, note, checked, onChange }: TickProps) {
  const id = useId();
  return (
    <div className="flex items-center gap-2 text-sm">
      <input
        id={id}
        type="checkbox"
        aria-label={name}
        checked={checked}
        onChange={onChange}
        className="size-4 shrink-0 accent-accent"
      />
      <label htmlFor={id} className="flex min-h-6 items-center">
        {label}
      </label>
      {note && <span className="text-faint tabular-nums">{note}</span>}
    </div>
  );
}
