// The head of the gate's pages: reports, what is asked of every candidate, and the policy, side by side.
"use client";
import { useTranslations } from "next-intl";
import { PageHeader } from "../../_components/page-header.tsx";
import { ViewTabs } from "../../_components/view-tabs.tsx";

const VIEWS = ["reports", "checks", "policy"] as const;

export function GatesHeader({ view }: { view: (typeof VIEWS)[number] }) {
  const t = useTranslations();
  return (
    <>
      <PageHeader title={t("admin.nav.gates")} description={t("gate.text")} />
      <ViewTabs
        label={t("admin.nav.gates")}
        path="/admin/gates"
        views={VIEWS.map((each) => ({
          view: each,
          label: t(`gate.view.${each}`),
          href: each === "reports" ? "/admin/gates" : `/admin/gates/${each}`,
        }))}
        current={view}
      />
    </>
  );
}
