// The head of both views of people: everyone, and invitations.
"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "../../_components/ui/button.tsx";
import { PageHeader } from "../_components/page-header.tsx";
import { ViewTabs } from "../_components/view-tabs.tsx";
import { CreateInvite } from "./create-invite.tsx";

export function PeopleHeader({ view, children }: { view: "people" | "invites"; children?: ReactNode }) {
  const t = useTranslations("admin");
  const data = useTranslations("data.erasure");
  const invites = useTranslations("operations.invites");
  return (
    <>
      <PageHeader
        title={t("nav.people")}
        description={t("people.text")}
        actions={
          <>
            <Button asChild variant="ghost">
              <Link href="/admin/erasures">{data("title")}</Link>
            </Button>
            {children}
            <CreateInvite />
          </>
        }
      />
      <ViewTabs
        label={t("nav.people")}
        path="/admin/people"
        current={view}
        views={[
          { view: "people", label: invites("everyone") },
          { view: "invites", label: invites("title") },
        ]}
      />
    </>
  );
}
