// Everything an admin sets while Hone runs: sign-up, consent, drafts, tags, annotation, guidelines, guards.
"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import type { Guards } from "../../../server/domain/views.ts";
import { Card } from "../../_components/ui/card.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";
import type { NumberField } from "../_lib/number-settings.ts";
import { NumbersForm } from "./numbers-form.tsx";
import { ReasonsForm } from "./reasons-form.tsx";
import { TextsForm } from "./texts-form.tsx";
import { type Settings, useSaveSettings } from "./use-save.ts";

/** Bounds as the server's registry has them; it checks again. */
const DRAFTS = [
  { key: "draftShare", kind: "share", least: 0, most: 1 },
  { key: "draftCount", kind: "count", least: 2, most: 4 },
] as const satisfies readonly NumberField<keyof Settings>[];

const ANNOTATION = [
  { key: "rankingsWanted", kind: "count", least: 1, most: 20 },
  { key: "comparisonCandidates", kind: "count", least: 2, most: 9 },
  { key: "goldShare", kind: "share", least: 0, most: 1 },
  { key: "repeatShare", kind: "share", least: 0, most: 1 },
  { key: "leaseMinutes", kind: "count", least: 1, most: 24 * 60 },
  { key: "raterBar", kind: "share", least: 0, most: 1 },
] as const satisfies readonly NumberField<keyof Settings>[];

const A_MILLION = 1_000_000;
const GUARDS = [
  { key: "raterShare", kind: "share", least: 0, most: 1 },
  { key: "raterFloor", kind: "count", least: 0, most: A_MILLION },
  { key: "perDay", kind: "count", least: 1, most: A_MILLION },
  { key: "burstPerHour", kind: "count", least: 1, most: A_MILLION },
  { key: "loneWeight", kind: "factor", least: 0.01, most: 1 },
  { key: "clusterMost", kind: "count", least: 1, most: A_MILLION },
  { key: "newcomerShare", kind: "share", least: 0, most: 1 },
  { key: "newcomerFloor", kind: "count", least: 0, most: A_MILLION },
] as const satisfies readonly NumberField<keyof Guards>[];

export function AdminSettings() {
  const t = useTranslations();
  const trpc = useTRPC();
  const query = useQuery(trpc.setting.get.queryOptions());
  return (
    <>
      <PageHeader title={t("admin.nav.settings")} description={t("data.settings.text")} />
      <QueryView query={query} skeleton={<Skeleton className="h-96 w-full" />}>
        {(settings) => <AllSettings settings={settings} />}
      </QueryView>
    </>
  );
}

function AllSettings({ settings }: { settings: Settings }) {
  const t = useTranslations("data.settings");
  const { save, isPending: busy } = useSaveSettings();
  return (
    <div className="space-y-4">
      <SignUp open={settings.signUpOpen} />
      <TextsForm
        id="consent"
        title={t("consent.title")}
        text={t("consent.text")}
        value={settings.consentText}
        most={4000}
        busy={busy}
        onSave={(consentText) => save({ consentText })}
      />
      <NumbersForm
        id="drafts"
        title={t("drafts.title")}
        text={t("drafts.text")}
        fields={DRAFTS}
        values={settings}
        label={(key) => t(`name.${key}`)}
        hint={(key) => t(`hint.${key}`)}
        busy={busy}
        onSave={save}
      />
      <ReasonsForm
        value={settings.feedbackReasons}
        busy={busy}
        onSave={(feedbackReasons) => save({ feedbackReasons })}
      />
      <NumbersForm
        id="annotation"
        title={t("annotation.title")}
        text={t("annotation.text")}
        fields={ANNOTATION}
        values={settings}
        label={(key) => t(`name.${key}`)}
        hint={(key) => t(`hint.${key}`)}
        busy={busy}
        onSave={save}
      />
      <TextsForm
        id="guidelines"
        title={t("guidelines.title")}
        text={t("guidelines.text")}
        value={settings.guidelines}
        most={20_000}
        markdown
        busy={busy}
        onSave={(guidelines) => save({ guidelines })}
      />
      <NumbersForm
        id="guards"
        title={t("guards.title")}
        text={t("guards.text")}
        fields={GUARDS}
        values={settings.guards}
        label={(key) => t(`guards.name.${key}`)}
        hint={(key) => t(`guards.hint.${key}`)}
        busy={busy}
        onSave={(change) => save({ guards: { ...settings.guards, ...change } })}
      />
    </div>
  );
}

/** In effect at once, without a button. */
function SignUp({ open }: { open: boolean }) {
  const t = useTranslations("admin.settings");
  const id = useId();
  const { save, isPending, variables } = useSaveSettings();
  return (
    <Card>
      <div className="flex items-start justify-between gap-6">
        <div>
          <label htmlFor={id} className="font-medium">
            {t("signUp")}
          </label>
          <p className="mt-0.5 max-w-xl text-quiet text-sm">{open ? t("signUpOpenText") : t("signUpClosedText")}</p>
        </div>
        <Switch
          id={id}
          checked={variables?.signUpOpen ?? open}
          onCheckedChange={(signUpOpen) => save({ signUpOpen }, t(signUpOpen ? "nowOpen" : "nowClosed"))}
          disabled={isPending}
        />
      </div>
    </Card>
  );
}
