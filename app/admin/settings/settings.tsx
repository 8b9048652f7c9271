// The sign-up switch: may strangers make an account?
"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { Card } from "../../_components/ui/card.tsx";
import { Skeleton } from "../../_components/ui/skeleton.tsx";
import { Switch } from "../../_components/ui/switch.tsx";
import { toast } from "../../_components/ui/toast.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { useTRPC } from "../../_lib/trpc.ts";
import { PageHeader } from "../_components/page-header.tsx";
import { QueryView } from "../_components/query-view.tsx";

export function Settings() {
  const t = useTranslations("admin");
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const id = useId();
  const query = useQuery(trpc.setting.get.queryOptions());
  const set = useMutation(
    trpc.setting.set.mutationOptions({
      onSuccess: (settings) => {
        queryClient.setQueryData(trpc.setting.get.queryKey(), settings);
        toast(settings.signUpOpen ? t("settings.nowOpen") : t("settings.nowClosed"));
      },
      onError: (error) => toast(errorText(error)),
    }),
  );
  return (
    <>
      <PageHeader title={t("nav.settings")} />
      <QueryView query={query} skeleton={<Skeleton className="h-20 w-full" />}>
        {({ signUpOpen }) => (
          <Card>
            <div className="flex items-start justify-between gap-6">
              <div>
                <label htmlFor={id} className="font-medium">
                  {t("settings.signUp")}
                </label>
                <p className="mt-0.5 max-w-xl text-quiet text-sm">
                  {signUpOpen ? t("settings.signUpOpenText") : t("settings.signUpClosedText")}
                </p>
              </div>
              <Switch
                id={id}
                checked={set.isPending ? (set.variables.signUpOpen ?? signUpOpen) : signUpOpen}
                onCheckedChange={(open) => set.mutate({ signUpOpen: open })}
                disabled={set.isPending}
              />
            </div>
          </Card>
        )}
      </QueryView>
    </>
  );
}
