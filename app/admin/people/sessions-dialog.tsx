// Where a person is signed in, and signing them out everywhere.
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SessionList } from "../../_components/session-list.tsx";
import { Button } from "../../_components/ui/button.tsx";
import { Dialog } from "../../_components/ui/dialog.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { QueryView } from "../_components/query-view.tsx";
import type { PersonRow } from "./people.tsx";
import { nameOf } from "./role-select.tsx";

export function SessionsButton({ person }: { person: PersonRow }) {
  const t = useTranslations("operations.sessions");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        size="sm"
        variant="ghost"
        aria-label={t("sessionsOf", { name: nameOf(person) })}
        onClick={() => setOpen(true)}
      >
        <MonitorSmartphone aria-hidden />
        {person.sessions}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t("sessionsOf", { name: nameOf(person) })}>
        {open && <SessionsOf person={person} />}
      </Dialog>
    </>
  );
}

function SessionsOf({ person }: { person: PersonRow }) {
  const t = useTranslations("operations.sessions");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const query = useQuery(trpc.people.sessions.queryOptions({ userId: person.id }));
  const end = useMutation(
    trpc.people.endSessions.mutationOptions({
      onSuccess: ({ ended }) => toast(t("ended", { count: ended })),
      onError: (error) => toast(errorText(error)),
      onSettled: () => queryClient.invalidateQueries(trpc.people.pathFilter()),
    }),
  );
  return (
    <QueryView query={query}>
      {(sessions) => (
        <>
          <div className="max-h-80 overflow-y-auto">
            <SessionList sessions={sessions} />
          </div>
          {sessions.some(({ current }) => !current) && (
            <div className="mt-4 flex justify-end">
              <Button variant="danger" busy={end.isPending} onClick={() => end.mutate({ userId: person.id })}>
                {t(sessions.some(({ current }) => current) ? "endOthers" : "endAll")}
              </Button>
            </div>
          )}
        </>
      )}
    </QueryView>
  );
}
