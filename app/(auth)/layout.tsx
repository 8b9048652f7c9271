// The frame of signing in and up: one narrow column, with the language within reach of people who cannot read this one.
import type { ReactNode } from "react";
import { Brand } from "../_components/brand.tsx";
import { LocaleSwitch } from "../_components/locale-switch.tsx";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-14 items-center justify-between px-4">
        <Brand href="/sign-in" />
        <LocaleSwitch />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-4 pt-4 pb-24">{children}</main>
    </div>
  );
}
