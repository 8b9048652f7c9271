"""Golden numbers of the canary's sequential tests, computed another way: whole histories at once, with numerical integrals.

    pip install scipy mpmath numpy statsmodels && python tests/golden/sequential.py > tests/golden/sequential.json
"""

import json
from importlib.metadata import version

import mpmath
import numpy as np
from scipy.stats import binom
from statsmodels.stats.proportion import confint_proportions_2indep

rng = np.random.default_rng(20240229)


def two_proportions(labels, goods):
    """Turner, Ly & Grünwald 2024, Theorem 1: blocks are cut first, then every block is weighed by what the blocks before it say."""
    blocks, start = [], 0
    for end in range(1, len(labels) + 1):
        if len(set(labels[start:end])) == 2:
            blocks.append((labels[start:end], goods[start:end]))
            start = end
    worse = better = mpmath.mpf(1)
    before = {True: [0, 0], False: [0, 0]}
    trace = []
    for arms, outcomes in blocks:
        theta = {arm: (good + mpmath.mpf("0.18")) / (n + mpmath.mpf("0.36")) for arm, (n, good) in before.items()}
        share = mpmath.mpf(sum(arms)) / len(arms)
        null = share * theta[True] + (1 - share) * theta[False]
        factor = mpmath.mpf(1)
        for arm, outcome in zip(arms, outcomes):
            alternative = binom.pmf(int(outcome), 1, float(theta[arm]))
            factor *= mpmath.mpf(alternative) / mpmath.mpf(binom.pmf(int(outcome), 1, float(null)))
            before[arm][0] += 1
            before[arm][1] += int(outcome)
        if theta[True] < theta[False]:
            worse *= factor
        if theta[True] > theta[False]:
            better *= factor
        trace.append(worse)
    return {
        "labels": [int(x) for x in labels],
        "goods": [int(x) for x in goods],
        "logWorse": float(mpmath.log(worse)),
        "logBetter": float(mpmath.log(better)),
        "peakWorse": float(mpmath.log(max([mpmath.mpf(1), *trace]))),
    }


def stream(n, share, arm, control):
    labels = rng.random(n) < share
    goods = rng.random(n) < np.where(labels, arm, control)
    return two_proportions([bool(x) for x in labels], [bool(x) for x in goods])


def coin(wins, losses):
    mpmath.mp.dps = 60
    likelihood = lambda p: 2 * mpmath.mpf(2) ** (wins + losses) * p**wins * (1 - p) ** losses
    return {"wins": wins, "losses": losses, "log": float(mpmath.log(mpmath.quad(likelihood, mpmath.linspace(0, 0.5, 9))))}


def newcombe(a, n, b, m):
    low, high = confint_proportions_2indep(a, n, b, m, method="newcomb", compare="diff")
    return {"a": [a, n], "b": [b, m], "low": float(low), "high": float(high)}


print(
    json.dumps(
        {
            "versions": {name: version(name) for name in ["scipy", "mpmath", "numpy", "statsmodels"]},
            "twoProportions": [
                stream(400, 0.5, 0.5, 0.8),
                stream(400, 0.1, 0.4, 0.7),
                stream(1000, 0.01, 0.2, 0.95),
                stream(300, 0.5, 0.9, 0.6),
                stream(300, 0.5, 0.7, 0.7),
                stream(60, 0.9, 0.02, 0.01),
            ],
            "coin": [coin(*c) for c in [(0, 0), (0, 1), (1, 0), (3, 9), (9, 3), (40, 60), (60, 40), (150, 250), (2, 120), (700, 800)]],
            "newcombe": [newcombe(*c) for c in [(56, 70, 48, 80), (9, 10, 3, 10), (0, 20, 0, 30), (10, 10, 0, 20), (510, 1000, 480, 990)]],
        }
    )
)
