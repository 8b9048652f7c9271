// The views of one page, side by side as links, so that each has its own address.
import Link from "next/link";
import { cn } from "../../_lib/cn.ts";

type ViewTabsProps<View extends string> = {
  label: string;
  /** Address of the page; the first view is the page itself, others are asked for by ?view=. */
  path: string;
  views: readonly { view: View; label: string /** Where a view is a page of its own. */; href?: string }[];
  current: View;
};

export function ViewTabs<View extends string>({ label, path, views, current }: ViewTabsProps<View>) {
  return (
    <nav aria-label={label} className="mb-5 overflow-x-auto border-b print:hidden">
      <ul className="flex min-w-max gap-1">
        {views.map(({ view, label: name, href }, i) => (
          <li key={view}>
            <Link
              href={href ?? (i === 0 ? path : `${path}?view=${view}`)}
              aria-current={view === current ? "page" : undefined}
              scroll={false}
              className={cn(
                "block rounded-t-lg border-transparent border-b-2 px-3 py-2 text-quiet text-sm hover:text-ink focus-visible:-outline-offset-2",
                "aria-[current]:border-accent aria-[current]:font-medium aria-[current]:text-ink",
              )}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
