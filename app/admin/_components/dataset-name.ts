// What a Dataset is called: by its own name, else by where it comes from and its hash.
"use client";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { shortHash } from "../_lib/format.ts";

interface Named {
  id: string;
  name: string | null;
  sha256?: string;
  origin: "FEEDBACK" | "UPLOAD" | "AI";
}

export function useDatasetName(): (dataset: Named) => string {
  const t = useTranslations("training.origin");
  return useCallback(
    ({ name, origin, sha256 = "" }) => name ?? [t(origin), shortHash(sha256)].filter(Boolean).join(" "),
    [t],
  );
}
