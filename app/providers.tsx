// Everything the pages stand on: theme, language, server data, tooltips and toasts.
"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { IntlProvider, type Messages } from "next-intl";
import { ThemeProvider } from "next-themes";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import type { Locale } from "../server/locale.ts";
import { FreshSignInDialog } from "./_components/fresh-sign-in.tsx";
import { Toaster } from "./_components/ui/toast.tsx";
import { TooltipProvider } from "./_components/ui/tooltip.tsx";
import { createFreshSignIn } from "./_lib/fresh-sign-in.ts";
import { createQueryClient } from "./_lib/query-client.ts";
import { goToSignIn } from "./_lib/sign-in-redirect.ts";
import { createBrowserClient, TRPCProvider } from "./_lib/trpc.ts";

type ProvidersProps = {
  locale: Locale;
  messages: Messages;
  /** Of this answer's Content-Security-Policy; the theme script needs it. */
  nonce: string | undefined;
  children: ReactNode;
};

const subscribeToNothing = () => () => {};

/** The reader's time zone; UTC on the server and while hydrating, so that both render the same. */
const useTimeZone = () =>
  useSyncExternalStore(
    subscribeToNothing,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );

export function Providers({ locale, messages, nonce, children }: ProvidersProps) {
  const [queryClient] = useState(() => createQueryClient(goToSignIn));
  const [freshSignIn] = useState(createFreshSignIn);
  const [trpcClient] = useState(() => createBrowserClient(freshSignIn));
  return (
    <ThemeProvider attribute="class" defaultTheme="system" disableTransitionOnChange nonce={nonce}>
      <IntlProvider locale={locale} messages={messages} timeZone={useTimeZone()}>
        <QueryClientProvider client={queryClient}>
          <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
            <TooltipProvider delayDuration={400}>
              {children}
              <FreshSignInDialog question={freshSignIn} />
            </TooltipProvider>
            <Toaster label={messages.common.notifications} />
          </TRPCProvider>
        </QueryClientProvider>
      </IntlProvider>
    </ThemeProvider>
  );
}
