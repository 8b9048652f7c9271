// Invitations: who made them, for whom, what became of them.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MailPlus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Badge, type BadgeTone } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { Person } from "../_components/person.tsx";
import { QueryView } from "../_components/query-view.tsx";
import { PeopleHeader } from "./people-header.tsx";

type Invite = Outputs["invite"]["list"][number];

const TONES: Record<Invite["state"], BadgeTone> = {
  OPEN: "chosen",
  USED: "neutral",
  EXPIRED: "neutral",
  REVOKED: "danger",
};

export function Invites() {
  const t = useTranslations("operations.invites");
  const people = useTranslations("admin.people");
  const roleName = useTranslations("common.role");
  const format = useFormatter();
  const trpc = useTRPC();
  const query = useQuery(trpc.invite.list.queryOptions());
  return (
    <>
      <PeopleHeader view="invites" />
      <QueryView query={query}>
        {(invites) =>
          invites.length === 0 ? (
            <EmptyState icon={MailPlus} title={t("none")} description={t("noneHint")} />
          ) : (
            <Table label={t("title")}>
              <TableHead>
                <tr>
                  <HeaderCell>{t("for")}</HeaderCell>
                  <HeaderCell>{people("role")}</HeaderCell>
                  <HeaderCell>{t("state")}</HeaderCell>
                  <HeaderCell>{t("madeBy")}</HeaderCell>
                  <HeaderCell>{t("expires")}</HeaderCell>
                  <HeaderCell>
                    <span className="sr-only">{t("revoke")}</span>
                  </HeaderCell>
                </tr>
              </TableHead>
              <TableBody>
                {invites.map((invite) => (
                  <TableRow key={invite.id}>
                    <Cell className="min-w-44 wrap-anywhere">
                      {invite.email ?? <span className="text-quiet">{t("anybody")}</span>}
                    </Cell>
                    <Cell>{roleName(invite.role)}</Cell>
                    <Cell className="whitespace-nowrap">
                      <Badge tone={TONES[invite.state]}>{t(`states.${invite.state}`)}</Badge>{" "}
                      {invite.usedBy && <Person person={invite.usedBy} />}
                    </Cell>
                    <Cell className="whitespace-nowrap">
                      <Person person={invite.createdBy} />{" "}
                      <span className="text-quiet">
                        <RelativeTime date={invite.createdAt} />
                      </span>
                    </Cell>
                    <Cell className="whitespace-nowrap text-quiet">
                      {format.dateTime(invite.expiresAt, { dateStyle: "medium", timeStyle: "short" })}
                    </Cell>
                    <Cell className="text-right">{invite.state === "OPEN" && <RevokeInvite invite={invite} />}</Cell>
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

function RevokeInvite({ invite }: { invite: Invite }) {
  const t = useTranslations("operations.invites");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const revoke = useMutation(
    trpc.invite.revoke.mutationOptions({
      onSuccess: () => toast(t("revoked")),
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.invite.list.queryFilter()),
    }),
  );
  return (
    <Button
      size="sm"
      variant="ghost"
      busy={revoke.isPending}
      aria-label={t("revokeName", { name: invite.email ?? t("anybody") })}
      onClick={() => revoke.mutate({ id: invite.id })}
    >
      {t("revoke")}
    </Button>
  );
}
