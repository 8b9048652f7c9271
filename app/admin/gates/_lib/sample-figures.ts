// The figures of a sample by whose reply they are about: names begin with "candidate/" or "live/".

type Figure = readonly [name: string, value: number];

export function figuresOf(figures: Readonly<Record<string, number>>): { candidate: Figure[]; live: Figure[] } {
  const of = (side: string): Figure[] =>
    Object.entries(figures)
      .filter(([name]) => name.startsWith(`${side}/`))
      .map(([name, value]) => [name.slice(side.length + 1), value]);
  return { candidate: of("candidate"), live: of("live") };
}
