// The name and its mark: a blade on a stone.
import Link from "next/link";
import { cn } from "../_lib/cn.ts";

function BrandMark({ className }: { className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 24 24" fill="none" strokeLinecap="round" className={cn("size-5", className)}>
      <path d="M4 18.5h16" strokeWidth="2.5" className="stroke-accent" />
      <path d="M6.5 14 17.5 5" strokeWidth="2.5" className="stroke-current" />
    </svg>
  );
}

export function Brand({ href = "/chat" }: { href?: string }) {
  return (
    <Link href={href} className="inline-flex items-center gap-1.5 rounded-md font-semibold text-base tracking-tight">
      <BrandMark />
      Hone
    </Link>
  );
}
