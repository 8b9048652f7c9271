// Changes a person's role, after asking: a role opens or closes doors at once.
"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConfirmDialog } from "../../_components/ui/confirm-dialog.tsx";
import { Select } from "../../_components/ui/select.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import type { PersonRow } from "./people.tsx";

export const ROLES = ["USER", "ANNOTATOR", "ADMIN"] as const;

export function RoleSelect({ person }: { person: PersonRow }) {
  const t = useTranslations("admin.people");
  const roleName = useTranslations("common.role");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const [wanted, setWanted] = useState<PersonRow["role"] | null>(null);
  const setRole = useMutation(
    trpc.people.setRole.mutationOptions({
      onSuccess: (changed) => toast(t("roleChanged", { name: nameOf(changed), role: roleName(changed.role) })),
      onError: (error) => toast(errorText(error)),
      onSettled: async () => {
        setWanted(null);
        await queryClient.invalidateQueries({ queryKey: trpc.people.list.queryKey() });
      },
    }),
  );
  return (
    <>
      <Select
        label={t("roleOf", { name: nameOf(person) })}
        value={person.role}
        onValueChange={(role) => role !== person.role && setWanted(role)}
        options={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
        className="h-8 w-32 text-sm"
      />
      <ConfirmDialog
        open={wanted !== null}
        onOpenChange={(open) => !open && setWanted(null)}
        title={wanted ? t("changeRole", { name: nameOf(person), role: roleName(wanted) }) : ""}
        description={wanted ? t(`roleMeans.${wanted}`) : ""}
        action={wanted ? t("makeRole", { role: roleName(wanted) }) : ""}
        busy={setRole.isPending}
        onConfirm={() => wanted && setRole.mutate({ userId: person.id, role: wanted })}
      />
    </>
  );
}

export const nameOf = ({ name, email }: Pick<PersonRow, "name" | "email">) => name || email;
