// What a link with a token offers whoever opens it, or that it is not good any more.
"use client";
import type { UseMutationResult } from "@tanstack/react-query";
import type { LucideIcon } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useEffect, useState } from "react";
import { EmptyState } from "../../_components/ui/empty-state.tsx";
import { SkeletonText } from "../../_components/ui/skeleton.tsx";
import { useErrorText } from "../../_lib/error-text.ts";
import { errorCode } from "../../_lib/errors.ts";

type LinkOfferProps<Offer> = {
  /** Asks the server what the token is good for. */
  look: UseMutationResult<Offer, unknown, { token: string }>;
  /** The code of a link that is used up, ended or made up. */
  closedCode: string;
  closed: { icon: LucideIcon; title: string; text: string; signIn: string };
  children: (token: string, offer: Offer) => ReactNode;
};

export function LinkOffer<Offer>({ look, closedCode, closed, children }: LinkOfferProps<Offer>) {
  const errorText = useErrorText();
  const [token, setToken] = useState<string | null>(null);
  const { mutate, ...answer } = look;
  useEffect(() => {
    const read = () => {
      // It stands behind the #, which browsers send to nobody.
      const found = window.location.hash.slice(1);
      setToken(found);
      mutate({ token: found || "none" });
    };
    read();
    window.addEventListener("hashchange", read);
    return () => window.removeEventListener("hashchange", read);
  }, [mutate]);

  if (answer.isError) {
    const isClosed = errorCode(answer.error) === closedCode || !token;
    return (
      <EmptyState
        isPage
        icon={closed.icon}
        title={isClosed ? closed.title : errorText(answer.error)}
        description={isClosed ? closed.text : undefined}
        action={
          <Link href="/sign-in" className="text-accent underline underline-offset-2">
            {closed.signIn}
          </Link>
        }
      />
    );
  }
  if (!answer.data || !token) return <SkeletonText lines={5} />;
  return children(token, answer.data);
}
