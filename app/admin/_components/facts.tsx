// Named values in two columns: what a thing is made of.
import type { ReactNode } from "react";

export interface Fact {
  /** Unique among its neighbours, and shown unless there is a label. */
  name: string;
  label?: ReactNode;
  value: ReactNode;
}

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid gap-x-6 text-sm sm:grid-cols-[max-content_minmax(0,1fr)]">
      {facts.map(({ name, label, value }) => (
        <div
          key={name}
          className="col-span-full grid grid-cols-subgrid items-baseline border-t py-2 first:border-t-0 max-sm:block"
        >
          <dt className="text-quiet">{label ?? name}</dt>
          <dd className="min-w-0 tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
