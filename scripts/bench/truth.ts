// `npm run bench -- truth`: how near Hone's objectives come to optima that are known exactly, as a table and a figure.
import { runBandit } from "./bandit.ts";
import { divergence, expectation, tilted } from "./enumerable.ts";
import { type Chart, figure } from "./svg.ts";
import { type Course, makeProblem, type Problem, runGrpo, runKto, runPairs, runPpo, SEED } from "./truth-runs.ts";

/** Every method on one problem, at paces that let each come to rest; seconds in all. */
export function allCourses(problem: Problem): Course[] {
  const groups = { steps: 400, learningRate: 0.03, replies: 256, groupSize: 8 };
  return [
    runPairs(problem, "sigmoid", { steps: 400, learningRate: 0.1 }),
    runPairs(problem, "ipo_sum", { steps: 400, learningRate: 0.1 }),
    runKto(problem, { steps: 400, learningRate: 0.05 }),
    runPpo(problem, { steps: 100, learningRate: 0.03, replies: 256 }),
    runGrpo(problem, { ...groups, scaled: false }),
    runGrpo(problem, { ...groups, scaled: true }),
  ];
}

/** Stationary points on two replies: by what it is, where the loss came to rest, and where theory has it. */
export function allBandits(): { name: string; found: number; expected: number }[] {
  return [
    ...[0.2, 0.5, 1].map((tau) => ({ name: `IPO τ ${tau}: π(better) = σ(1/(2τ))`, ...runBandit("ipo_sum", tau, 0) })),
    ...[0.05, 0.1, 0.3].map((epsilon) => ({
      name: `cDPO ε ${epsilon}: σ(βh) = 1 − ε`,
      ...runBandit("cdpo", 0.5, epsilon),
    })),
  ];
}

const SHARES = [0, 0.1, 0.25, 0.5, 1];

/** Prints the table and gives the figure. */
export function benchTruth(): string {
  const problem = makeProblem();
  const courses = allCourses(problem);
  const { world, beta, optimum, reward, reference } = problem;
  console.log(
    `${world.replies.length} replies of up to ${world.longest} tokens, β ${beta}, seed ${SEED}; ` +
      `π* ∝ ref·exp(r/β) has reward ${expectation(optimum, reward).toFixed(3)} at KL ${divergence(optimum, reference).toFixed(3)} nats.\n`,
  );
  const head = SHARES.map((share) => `${Math.round(100 * share)} %`.padStart(8)).join("");
  console.log(
    `${"total variation to π* after".padEnd(28)}${head}${"to own".padStart(9)}${"reward".padStart(9)}${"KL".padStart(8)}   own optimum`,
  );
  for (const { name, points, target } of courses) {
    const steps = points.length - 1;
    const last = points[steps]!;
    const distances = SHARES.map((share) => points[Math.round(share * steps)]!.distance.toFixed(4).padStart(8)).join(
      "",
    );
    const figures = [last.own?.toFixed(4) ?? "–", last.reward.toFixed(3), last.kl.toFixed(3)];
    const [own, gained, kl] = figures as [string, string, string];
    console.log(
      `${`${name} (${steps} steps)`.padEnd(28)}${distances}${own.padStart(9)}${gained.padStart(9)}${kl.padStart(8)}   ${target}`,
    );
  }
  printFrontier(problem, courses);
  console.log("\nstationary points of two replies");
  for (const { name, found, expected } of allBandits())
    console.log(`  ${name.padEnd(34)} found ${found.toFixed(6)}  expected ${expected.toFixed(6)}`);
  console.log(
    "\nIPO and KTO want something else than the most reward: IPO the most probability of being preferred to the reference,\n" +
      "KTO every reply that most like. GRPO's k3 penalty pulls like KL(ref ‖ π), so its optimum is another one; unscaled it is known.",
  );
  return figure(charts(problem, courses));
}

const NATS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8];

/** The reward of each method when it first came to a KL, beside the most that is possible there. */
function printFrontier(problem: Problem, courses: readonly Course[]): void {
  const line = (name: string, cells: readonly string[]) =>
    console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(8)).join(""));
  const rewards = (path: readonly (readonly [kl: number, reward: number])[]) =>
    NATS.map((nats) => rewardAt(path, nats)?.toFixed(3) ?? "–");
  console.log();
  line(
    "reward when KL first was",
    NATS.map((nats) => nats.toFixed(2)),
  );
  line("best possible", rewards(frontier(problem)));
  for (const { name, points } of courses) line(name, rewards(points.map(({ kl, reward }) => [kl, reward] as const)));
}

/** Interpolates where the path first crosses this KL; null where it never does. */
function rewardAt(path: readonly (readonly [kl: number, reward: number])[], nats: number): number | null {
  const after = path.findIndex(([kl]) => kl >= nats);
  if (after < 1) return null;
  const [[fromKl, fromReward], [toKl, toReward]] = [path[after - 1]!, path[after]!];
  return fromReward + ((nats - fromKl) / (toKl - fromKl)) * (toReward - fromReward);
}

function charts(problem: Problem, courses: readonly Course[]): Chart[] {
  return [
    {
      title: "Distance to the exact optimum of r − β·KL",
      x: "share of the training",
      y: "total variation to π*",
      series: courses.map(({ name, points }) => ({
        name,
        points: thinned(points).map(({ step, distance }) => [step / (points.length - 1), distance] as const),
      })),
    },
    {
      title: "Reward against distance from the reference",
      x: "KL(π ‖ reference), nats",
      y: "expected reward",
      series: [
        ...courses.map(({ name, points }) => ({
          name,
          points: thinned(points).map(({ kl, reward }) => [kl, reward] as const),
        })),
        { name: "best possible", points: frontier(problem), dashed: true },
      ],
    },
  ];
}

/** A hundred points draw a curve as well as a thousand. */
function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / 100);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

/** The most reward at every KL: reference·exp(r/β) over all β down to the problem's half. */
function frontier({ reference, reward, beta }: Problem): (readonly [number, number])[] {
  return Array.from({ length: 60 }, (_, i) => {
    const best = tilted(
      reference,
      reward.map((r) => (r * i) / 40 / beta),
    );
    return [divergence(best, reference), expectation(best, reward)] as const;
  });
}
