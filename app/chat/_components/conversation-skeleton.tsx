// The shape of a conversation while it loads.
"use client";
import { useTranslations } from "next-intl";
import { Skeleton, SkeletonText } from "../../_components/ui/skeleton.tsx";

export function ConversationSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="space-y-6 py-6">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      <Skeleton className="ml-auto h-10 w-2/5 rounded-xl" />
      <SkeletonText lines={3} />
      <Skeleton className="ml-auto h-10 w-1/3 rounded-xl" />
      <SkeletonText lines={5} />
    </div>
  );
}
