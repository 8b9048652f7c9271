// The head of the annotation page and the way between its views.
import { useTranslations } from "next-intl";
import { PageHeader } from "../_components/page-header.tsx";
import { ViewTabs } from "../_components/view-tabs.tsx";

export const VIEWS = ["queue", "agreement", "strengths"] as const;

export function AnnotationHeader({ view }: { view: (typeof VIEWS)[number] }) {
  const t = useTranslations("annotation");
  const nav = useTranslations("admin.nav");
  return (
    <>
      <PageHeader title={nav("annotation")} description={t("text")} />
      <ViewTabs
        label={t("views.label")}
        path="/admin/annotation"
        current={view}
        views={VIEWS.map((key) => ({ view: key, label: t(`views.${key}`) }))}
      />
    </>
  );
}
