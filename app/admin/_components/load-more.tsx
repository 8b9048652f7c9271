// The foot of a list that comes in pages: more to load, or that this was all.
"use client";
import { useTranslations } from "next-intl";
import { Button } from "../../_components/ui/button.tsx";
import { Notice } from "../../_components/ui/notice.tsx";
import { useErrorText } from "../../_lib/error-text.ts";

type LoadMoreProps = {
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
  /** What to say under the last row. */
  end: string;
};

export function LoadMore({ query, end }: LoadMoreProps) {
  const t = useTranslations("common");
  const errorText = useErrorText();
  return (
    <div className="mt-3 flex flex-col items-center gap-2 print:hidden">
      {query.isFetchNextPageError && (
        <Notice tone="danger" role="alert">
          {errorText(query.error)}
        </Notice>
      )}
      {query.hasNextPage ? (
        <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("loadMore")}
        </Button>
      ) : (
        <p className="text-faint text-xs">{end}</p>
      )}
    </div>
  );
}
