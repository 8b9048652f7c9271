// The pages of the admin part: a column beside the page, a menu on a phone.
"use client";
import {
  Activity,
  Boxes,
  CalendarClock,
  Database,
  GitCompareArrows,
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  Menu,
  Rocket,
  Scale,
  ScrollText,
  Settings2,
  ShieldCheck,
  Sparkles,
  Users,
  Webhook,
} from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { DropdownMenu, MenuItem } from "../../_components/ui/dropdown-menu.tsx";
import { IconButton } from "../../_components/ui/icon-button.tsx";
import { cn } from "../../_lib/cn.ts";

export const ADMIN_PAGES = [
  { key: "overview", icon: LayoutDashboard },
  { key: "annotation", icon: ListChecks },
  { key: "raters", icon: Scale },
  { key: "pairs", icon: GitCompareArrows },
  { key: "datasets", icon: Database },
  { key: "runs", icon: Sparkles },
  { key: "schedules", icon: CalendarClock },
  { key: "adapters", icon: Boxes },
  { key: "gates", icon: ShieldCheck },
  { key: "deployments", icon: Rocket },
  { key: "people", icon: Users },
  { key: "audit", icon: ScrollText },
  { key: "webhooks", icon: Webhook },
  { key: "settings", icon: Settings2 },
  { key: "system", icon: Activity },
] as const satisfies readonly { key: string; icon: LucideIcon }[];

export type AdminPageKey = (typeof ADMIN_PAGES)[number]["key"];

function useCurrent(): (key: AdminPageKey) => "page" | undefined {
  const path = usePathname();
  return (key) => (path === `/admin/${key}` || path.startsWith(`/admin/${key}/`) ? "page" : undefined);
}

export function SideNav() {
  const t = useTranslations("admin.nav");
  const current = useCurrent();
  return (
    <nav aria-label={t("label")}>
      <ul className="space-y-0.5">
        {ADMIN_PAGES.map(({ key, icon: Icon }) => (
          <li key={key}>
            <Link
              href={`/admin/${key}`}
              aria-current={current(key)}
              className={cn(
                "flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-quiet text-sm hover:bg-hover hover:text-ink",
                "aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-ink",
              )}
            >
              <Icon aria-hidden className="size-4 shrink-0" />
              {t(key)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function NavMenu() {
  const t = useTranslations("admin.nav");
  const current = useCurrent();
  return (
    <DropdownMenu
      align="start"
      trigger={
        <IconButton label={t("label")} size="lg">
          <Menu />
        </IconButton>
      }
    >
      {ADMIN_PAGES.map(({ key, icon: Icon }) => (
        <MenuItem key={key} asChild>
          <Link href={`/admin/${key}`} aria-current={current(key)} className="aria-[current]:font-medium">
            <Icon aria-hidden />
            {t(key)}
          </Link>
        </MenuItem>
      ))}
    </DropdownMenu>
  );
}
