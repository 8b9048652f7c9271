// The form of a schedule beside its dry run: when, what, and within which limits.
"use client";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { ScheduleInput } from "../../../../server/domain/views/schedule.ts";
import { Button } from "../../../_components/ui/button.tsx";
import { Card } from "../../../_components/ui/card.tsx";
import { Field } from "../../../_components/ui/field.tsx";
import { Input } from "../../../_components/ui/input.tsx";
import { Notice } from "../../../_components/ui/notice.tsx";
import { SkeletonText } from "../../../_components/ui/skeleton.tsx";
import { toast } from "../../../_components/ui/toast.tsx";
import { useErrorText } from "../../../_lib/error-text.ts";
import { useTRPC } from "../../../_lib/trpc.ts";
import { useDebounced } from "../../../_lib/use-debounced.ts";
import { QueryView } from "../../_components/query-view.tsx";
import { type RunOffer, useOffer } from "../../runs/new/use-offer.ts";
import { draftOf, emptyDraft, parseSchedule, type ScheduleDraft } from "../_lib/schedule-form.ts";
import { DryRunPlan } from "./dry-run.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { PipelineFields } from "./pipeline-fields.tsx";
import { WhenFields } from "./when-fields.tsx";

/** A stored schedule, or none for a new one. */
export function ScheduleEditor({ schedule }: { schedule?: ScheduleInput & { id: string } }) {
  return <QueryView query={useOffer()}>{(offer) => <EditorForm offer={offer} schedule={schedule} />}</QueryView>;
}

function EditorForm({ offer, schedule }: { offer: RunOffer; schedule?: ScheduleInput & { id: string } }) {
  const t = useTranslations("schedule.form");
  const errorText = useErrorText();
  const [draft, setDraft] = useState<ScheduleDraft>(() =>
    schedule ? draftOf(schedule) : emptyDraft(Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"),
  );
  /** A form that nobody has tried to send is not full of faults. */
  const [tried, setTried] = useState(false);
  const { input, faults, faultyStages } = parseSchedule(draft);
  const save = useSave(schedule?.id);
  const set = (change: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...change }));
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (input && !save.isPending) save.send(input);
  };
  const part = { draft, faults, set };
  return (
    <form onSubmit={send} noValidate className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0 space-y-4">
        <Card>
          <Field
            label={t("name")}
            hint={t("nameHint")}
            error={tried && faults.has("name") ? t("fault.name") : undefined}
          >
            <Input autoComplete="off" value={draft.name} onChange={(event) => set({ name: event.target.value })} />
          </Field>
        </Card>
        <WhenFields {...part} />
        <PipelineFields draft={draft} faulty={faultyStages} offer={offer} set={set} />
        <LimitFields {...part} />
      </div>
      <div className="min-w-0 space-y-4 lg:sticky lg:top-4">
        {/* A name is needed to store it, not to try it out. */}
        <DryRunOf input={parseSchedule({ ...draft, name: draft.name.trim() || "–" }).input} />
        {save.error !== null && (
          <Notice tone="danger" role="alert">
            {errorText(save.error)}
          </Notice>
        )}
        <Button type="submit" variant="primary" size="lg" className="w-full" busy={save.isPending}>
          {schedule ? t("save") : t("create")}
        </Button>
      </div>
    </form>
  );
}

const STILL_MS = 600;

function DryRunOf({ input }: { input: ScheduleInput | null }) {
  const t = useTranslations("schedule.dry");
  const errorText = useErrorText();
  const trpc = useTRPC();
  const settled = JSON.parse(useDebounced(JSON.stringify(input), STILL_MS)) as ScheduleInput | null;
  const query = useQuery(
    trpc.schedule.dryRun.queryOptions(settled ? { input: settled } : skipToken, {
      retry: false,
      placeholderData: (shown) => shown,
    }),
  );
  return (
    <Card title={t("title")} description={t("text")}>
      <div aria-live="polite" aria-busy={query.isFetching}>
        {!input ? (
          <p className="text-quiet text-sm">{t("fix")}</p>
        ) : query.error ? (
          <p className="text-danger text-sm">{errorText(query.error)}</p>
        ) : query.data ? (
          <DryRunPlan plan={query.data} times={false} />
        ) : (
          <SkeletonText lines={5} />
        )}
      </div>
    </Card>
  );
}

/** Stores it and goes to its page. */
function useSave(id: string | undefined) {
  const t = useTranslations("schedule.form");
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const done = {
    onSuccess: async (stored: { id: string; name: string }) => {
      toast(t("saved", { name: stored.name }));
      await queryClient.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
      router.push(`/admin/schedules/${stored.id}`);
    },
  };
  const create = useMutation(trpc.schedule.create.mutationOptions(done));
  const update = useMutation(trpc.schedule.update.mutationOptions(done));
  return {
    send: (schedule: ScheduleInput) => (id ? update.mutate({ id, schedule }) : create.mutate(schedule)),
    isPending: create.isPending || update.isPending,
    error: create.error ?? update.error,
  };
}
