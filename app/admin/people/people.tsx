// The list of people: their role, what they have given, whether they may sign in.
"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Badge } from "../../_components/ui/badge.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Input } from "../../_components/ui/input.tsx";
import { RelativeTime } from "../../_components/ui/relative-time.tsx";
import { Cell, HeaderCell, Table, TableBody, TableHead, TableRow } from "../../_components/ui/table.tsx";
import { type Outputs, useTRPC } from "../../_lib/trpc.ts";
import { useViewer } from "../../_lib/viewer.ts";
import { QueryView } from "../_components/query-view.tsx";
import { AccessButton } from "./access-button.tsx";
import { PeopleHeader } from "./people-header.tsx";
import { ResetButton } from "./reset-button.tsx";
import { nameOf, RoleSelect } from "./role-select.tsx";
import { SessionsButton } from "./sessions-dialog.tsx";

export type PersonRow = Outputs["people"]["list"][number];

const matches = ({ name, email }: PersonRow, search: string) =>
  `${name ?? ""} ${email}`.toLowerCase().includes(search.trim().toLowerCase());

export function People() {
  const t = useTranslations("admin");
  const data = useTranslations("data.erasure");
  const sessions = useTranslations("operations.sessions");
  const trpc = useTRPC();
  const viewer = useViewer();
  const query = useQuery(trpc.people.list.queryOptions());
  const [search, setSearch] = useState("");
  return (
    <>
      <PeopleHeader view="people">
        <Input
          type="search"
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="w-64 max-w-full"
        />
      </PeopleHeader>
      <QueryView query={query}>
        {(people) => (
          <Table label={t("nav.people")}>
            <TableHead>
              <tr>
                <HeaderCell>{t("people.person")}</HeaderCell>
                <HeaderCell>{t("people.role")}</HeaderCell>
                <HeaderCell numeric>{t("people.feedback")}</HeaderCell>
                <HeaderCell>{t("people.joined")}</HeaderCell>
                <HeaderCell>{sessions("seenColumn")}</HeaderCell>
                <HeaderCell>{sessions("column")}</HeaderCell>
                <HeaderCell>
                  <span className="sr-only">{t("people.access")}</span>
                </HeaderCell>
              </tr>
            </TableHead>
            <TableBody>
              {people
                .filter((person) => matches(person, search))
                .map((person) => (
                  <TableRow key={person.id}>
                    <Cell className="min-w-44 wrap-anywhere">
                      <span className="flex flex-wrap items-center gap-x-2 font-medium">
                        {person.name || person.email}
                        {person.id === viewer?.id && <Badge>{t("people.you")}</Badge>}
                        {person.disabledAt && <Badge tone="danger">{t("people.disabled")}</Badge>}
                      </span>
                      {person.name && <span className="text-quiet text-xs">{person.email}</span>}
                    </Cell>
                    <Cell>
                      <RoleSelect person={person} />
                    </Cell>
                    <Cell numeric>{person.feedback}</Cell>
                    <Cell className="whitespace-nowrap text-quiet">
                      <RelativeTime date={person.createdAt} />
                    </Cell>
                    <Cell className="whitespace-nowrap text-quiet">
                      {person.lastSeenAt ? <RelativeTime date={person.lastSeenAt} /> : "–"}
                    </Cell>
                    <Cell>{person.sessions > 0 && <SessionsButton person={person} />}</Cell>
                    <Cell className="whitespace-nowrap text-right">
                      {person.id !== viewer?.id && person.hasPassword && !person.disabledAt && (
                        <ResetButton person={person} />
                      )}
                      {person.id !== viewer?.id && <AccessButton person={person} />}
                      <Button asChild size="sm" variant="ghost">
                        <Link
                          href={`/admin/people/${person.id}/erase`}
                          aria-label={data("eraseName", { name: nameOf(person) })}
                        >
                          {data("erase")}
                        </Link>
                      </Button>
                    </Cell>
                  </TableRow>
                ))}
              {!people.some((person) => matches(person, search)) && (
                <tr>
                  <Cell colSpan={7} className="py-8 text-center text-quiet">
                    {t("people.noneFound")}
                  </Cell>
                </tr>
              )}
            </TableBody>
          </Table>
        )}
      </QueryView>
    </>
  );
}
