// The viewer's menu, at the right of every header: other parts of Hone by role, theme, language, sign out.
"use client";
import { CircleUserRound, LogOut, MessageSquare, Scale, Settings, SlidersHorizontal } from "lucide-react";
import Link from "next/link";
import { signOut } from "next-auth/react";
import { useTranslations } from "next-intl";
import { LOCALE_NAMES, LOCALES } from "../../server/locale.ts";
import { THEMES, useLocaleChoice, useThemeChoice } from "../_lib/preferences.ts";
import { useViewer } from "../_lib/viewer.ts";
import { DropdownMenu, MenuChoice, MenuItem, MenuSeparator } from "./ui/dropdown-menu.tsx";
import { IconButton } from "./ui/icon-button.tsx";

export function UserMenu({ here }: { here?: "chat" | "annotate" | "admin" | "settings" }) {
  const t = useTranslations("common");
  const viewer = useViewer();
  const [locale, chooseLocale] = useLocaleChoice();
  const [theme, chooseTheme] = useThemeChoice();
  const mayAnnotate = viewer?.role === "ANNOTATOR" || viewer?.role === "ADMIN";
  const links = [
    { key: "chat", href: "/chat", icon: MessageSquare, shown: true },
    { key: "annotate", href: "/annotate", icon: Scale, shown: mayAnnotate },
    { key: "admin", href: "/admin", icon: SlidersHorizontal, shown: viewer?.role === "ADMIN" },
    { key: "settings", href: "/settings", icon: Settings, shown: true },
  ] as const;
  return (
    <DropdownMenu
      className="w-60"
      trigger={
        <IconButton label={t("userMenu.label")} size="lg">
          <CircleUserRound />
        </IconButton>
      }
    >
      {viewer && (
        <>
          <div className="px-2 py-1.5">
            <p className="truncate font-medium text-sm">{viewer.name || viewer.email}</p>
            <p className="truncate text-quiet text-xs">{viewer.email}</p>
          </div>
          <MenuSeparator />
        </>
      )}
      {links
        .filter((link) => link.shown && link.key !== here)
        .map(({ key, href, icon: Icon }) => (
          <MenuItem key={key} asChild>
            <Link href={href}>
              <Icon aria-hidden />
              {t(`userMenu.${key}`)}
            </Link>
          </MenuItem>
        ))}
      <MenuSeparator />
      <MenuChoice
        label={t("theme.label")}
        value={theme}
        onValueChange={chooseTheme}
        options={THEMES.map((value) => ({ value, label: t(`theme.${value}`) }))}
      />
      <MenuSeparator />
      <MenuChoice
        label={t("language")}
        value={locale}
        onValueChange={chooseLocale}
        options={LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value] }))}
      />
      <MenuSeparator />
      <MenuItem onSelect={() => void signOut({ callbackUrl: "/sign-in" })}>
        <LogOut aria-hidden />
        {t("userMenu.signOut")}
      </MenuItem>
    </DropdownMenu>
  );
}
