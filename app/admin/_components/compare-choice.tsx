// Which two things stand beside each other; the choice is in the address, so that it can be sent on.
"use client";
import { useRouter } from "next/navigation";
import { Field } from "../../_components/ui/field.tsx";
import { Select } from "../../_components/ui/select.tsx";

/** Radix refuses an empty value. */
const NONE = "none";

type Sides = { a: string | null; b: string | null };

type CompareChoiceProps = Sides & {
  path: string;
  words: { a: string; b: string; choose: string };
  /** What may stand beside the other side's, by id. */
  options: (other: string | null) => { value: string; label: string }[];
};

export function CompareChoice({ path, words, options, ...sides }: CompareChoiceProps) {
  const router = useRouter();
  const go = (next: Sides) => {
    const chosen = Object.entries(next).flatMap(([key, id]) => (id && id !== NONE ? [[key, id]] : []));
    router.replace(`${path}?${new URLSearchParams(chosen)}`, { scroll: false });
  };
  return (
    <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
      {(["a", "b"] as const).map((side) => (
        <Field key={side} label={words[side]}>
          <Select
            value={sides[side] ?? NONE}
            onValueChange={(id) => go({ ...sides, [side]: id })}
            options={[{ value: NONE, label: words.choose }, ...options(sides[side === "a" ? "b" : "a"])]}
          />
        </Field>
      ))}
    </div>
  );
}
