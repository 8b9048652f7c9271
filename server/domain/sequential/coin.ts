/**
 * Whether an arm wins half of its comparisons, tested for as long as one likes. Pure.
 *
 * The E-process is a mixture of bets (Robbins 1970; Howard, Ramdas, McAuliffe & Sekhon 2021, §3): the likelihood of the wins and losses where
 * the arm wins with probability p, over that with ½, averaged over p uniform on (0, ½). At every p it is a supermartingale while the arm
 * wins at least half of the time, and so is the average; it ever reaches 1/α with a probability of at most α (Ville 1939).
 */

/**
 * Natural logarithm of the evidence that the arm wins less than half of the time; swap the counts for the opposite.
 * With n = wins + losses, 2·2ⁿ·∫₀^½ p^wins·(1−p)^losses dp = Σ_{j>wins} C(n+1, j) / ((n+1)·C(n, wins)).
 * @param wins and @param losses counts; ties are left out, since they say nothing either way
 */
export function logEvidenceOfLosing(wins: number, losses: number): number {
  const n = wins + losses;
  // ln of C(n+1, j)/C(n, wins), from j = wins + 1 upwards; the terms rise and then fall, so they are added around the greatest yet.
  let logTerm = Math.log((n + 1) / (wins + 1));
  let greatest = logTerm;
  let scaled = 1;
  for (let j = wins + 1; j <= n; j++) {
    logTerm += Math.log((n + 1 - j) / (j + 1));
    if (logTerm > greatest) {
      scaled = scaled * Math.exp(greatest - logTerm) + 1;
      greatest = logTerm;
    } else scaled += Math.exp(logTerm - greatest);
  }
  return greatest + Math.log(scaled) - Math.log(n + 1);
}
