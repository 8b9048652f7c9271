// Signing in through whoever the environment has switched on; nothing when there is nobody.
"use client";
import { useQuery } from "@tanstack/react-query";
import { signIn } from "next-auth/react";
import { useTranslations } from "next-intl";
import { useTRPC } from "../_lib/trpc.ts";
import { Button } from "./ui/button.tsx";

export function ProviderButtons({ returnTo }: { returnTo: string }) {
  const t = useTranslations("auth");
  const trpc = useTRPC();
  const { data: providers = [] } = useQuery(trpc.viewer.providers.queryOptions());
  if (providers.length === 0) return null;
  return (
    <div className="mt-6 space-y-2">
      <p className="flex items-center gap-3 text-faint text-sm before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t("or")}
      </p>
      {providers.map(({ id, name }) => (
        <Button key={id} size="lg" className="w-full" onClick={() => void signIn(id, { callbackUrl: returnTo })}>
          {t("continueWith", { name })}
        </Button>
      ))}
    </div>
  );
}
