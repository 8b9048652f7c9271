// What the proof measured: figures that are printed, and goals that must hold.

export interface Goal {
  sentence: string;
  holds: boolean;
}

export class Figures {
  readonly goals: Goal[] = [];

  /** Prints a figure. */
  say(name: string, value: string | number): void {
    console.log(`  ${name.padEnd(58)} ${value}`);
  }

  /** Prints a goal with what was measured, and remembers whether it holds. */
  goal(sentence: string, holds: boolean, measured: string): void {
    this.goals.push({ sentence, holds });
    console.log(`  ${holds ? "✓" : "✗"} ${sentence.padEnd(56)} ${measured}`);
  }

  get passed(): number {
    return this.goals.filter(({ holds }) => holds).length;
  }

  get failed(): number {
    return this.goals.length - this.passed;
  }
}

/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
}

/** Runs `work` over `items`, at most `width` at a time, keeping the order of the results. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!, index);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
