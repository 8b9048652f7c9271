// Sample replies of a run as rounds: one per step, each with the run's fixed prompts in their order.

export interface Sample {
  step: number;
  ordinal: number;
}

export interface Round<S extends Sample> {
  step: number;
  samples: S[];
}

/** Rounds by step, ascending, and within a round the prompts by their ordinal. */
export function rounds<S extends Sample>(samples: readonly S[]): Round<S>[] {
  const byStep = new Map<number, S[]>();
  for (const sample of samples) byStep.set(sample.step, [...(byStep.get(sample.step) ?? []), sample]);
  return [...byStep]
    .sort(([a], [b]) => a - b)
    .map(([step, of]) => ({ step, samples: of.sort((a, b) => a.ordinal - b.ordinal) }));
}
