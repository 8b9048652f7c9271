"""Golden numbers of agreement, rater accuracy and strengths: published tables through krippendorff, statsmodels, crowd-kit, choix, scipy.

    pip install krippendorff statsmodels crowd-kit choix scipy && python tests/golden/agreement.py > tests/golden/agreement.json
"""

import json
from importlib.metadata import version

import choix
import krippendorff
import numpy as np
import pandas as pd
import statsmodels.api as sm
from crowdkit.aggregation import OneCoinDawidSkene
from scipy.stats import beta
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

_ = None

# Krippendorff 2011, "Computing Krippendorff's alpha-reliability", example C: four observers, twelve units, values missing.
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
]

# Fleiss 1971, table 1: thirty patients, each put into one of five diagnoses by six psychiatrists.
FLEISS = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
            00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""

# Dawid and Skene 1979, table 1: forty-five patients by five anaesthetists, the first of whom saw them three times.
ANAESTHETISTS = """1111111 3334344 1122122 2223121 2223222 2223322 1222111 3333433 2222223 2322223 4444444 2223343 1111111
                   2223212 1211111 1112111 1111111 1111111 2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111
                   2322222 1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343 2212232 2323233 3333432
                   1111111 1111111 1212111 2322222 1211111 2222222"""

# Agresti 2002, "Categorical Data Analysis", table 10.10: American League 1987, games won by the row's team.
BASEBALL = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]


def alpha():
    data = np.array([[np.nan if value is None else value for value in row] for row in KRIPPENDORFF], dtype=float)
    units = [[value for value in column if value is not None] for column in zip(*KRIPPENDORFF)]
    levels = {level: krippendorff.alpha(reliability_data=data, level_of_measurement=level) for level in ("nominal", "ordinal")}
    return {"units": units, **levels}


def kappas():
    counts = [[int(digit) for digit in row] for row in FLEISS.split()]
    draws = np.random.default_rng(4)
    a = draws.integers(0, 3, 60)
    b = np.where(draws.random(60) < 0.7, a, draws.integers(0, 3, 60))
    table = np.zeros((3, 3))
    np.add.at(table, (a, b), 1)
    return {
        "fleiss": {"counts": counts, "kappa": fleiss_kappa(counts)},
        "cohen": {"pairs": np.stack([a, b], 1).tolist(), "kappa": cohens_kappa(table).kappa},
    }


def dawid_skene():
    rows = [
        {"task": item, "worker": max(0, seat - 2), "label": int(label) - 1}
        for item, row in enumerate(ANAESTHETISTS.split())
        for seat, label in enumerate(row)
    ]
    # Not crowd-kit's DawidSkene: it does not count the three ratings that the first anaesthetist gave of one patient as three.
    seen = np.zeros((45, 5, 4))
    for row in rows:
        seen[row["task"], row["worker"], row["label"]] += 1
    truth = seen.sum(1) / seen.sum((1, 2))[:, None]
    for _ in range(200):
        shares = truth.mean(0)
        errors = np.einsum("it,iwl->wtl", truth, seen)
        errors /= errors.sum(2, keepdims=True)
        logs = np.log(shares) + np.einsum("iwl,wtl->it", seen, np.log(errors + 1e-12))
        truth = np.exp(logs - logs.max(1, keepdims=True))
        truth /= truth.sum(1, keepdims=True)
    ratings = [[row["task"], row["worker"], row["label"]] for row in rows]
    return {"ratings": ratings, "shares": shares.tolist(), "errors": errors.tolist(), "truth": truth.tolist()}


def one_coin():
    """Every item once more with both sides exchanged, so that each side is as likely, which crowd-kit does not assume and ours does."""
    draws = np.random.default_rng(7)
    truth = draws.integers(0, 2, 200)
    accuracy = [0.95, 0.85, 0.75, 0.6, 0.4]
    rows = [
        {"task": i, "worker": w, "label": int(truth[i] if draws.random() < p else 1 - truth[i])}
        for i in range(200)
        for w, p in enumerate(accuracy)
        if draws.random() < 0.8
    ]
    rows += [{"task": row["task"] + 200, "worker": row["worker"], "label": 1 - row["label"]} for row in rows]
    fit = OneCoinDawidSkene(n_iter=5000, tol=1e-13).fit(pd.DataFrame(rows))
    ratings = [[row["task"], row["worker"], row["label"]] for row in rows]
    return {
        "ratings": ratings,
        "accuracy": fit.skills_.sort_index().tolist(),
        "truth": fit.probas_.sort_index()[[0, 1]].to_numpy().tolist(),
    }


def strengths():
    games = [(i, j) for i, row in enumerate(BASEBALL) for j, won in enumerate(row) for _ in range(won)]
    params = choix.ilsr_pairwise(7, games)
    draws = np.random.default_rng(9)
    rows, design, scores = [], [], []
    for _ in range(600):
        a, b = draws.choice(4, 2, replace=False)
        length = float(draws.normal(0.5 * (a - b), 1))
        logit = 0.6 * (a - b) * 0.5 + 0.8 * length
        score = float(draws.choice([0, 1], p=[1 / (1 + np.exp(logit)), 1 / (1 + np.exp(-logit))]))
        x = np.zeros(4)
        x[a] += 1
        x[b] -= 1
        rows.append([int(a), int(b), score, length])
        design.append([*x[1:], length])
        scores.append(score)
    fit = sm.Logit(scores, np.array(design)).fit(disp=0, tol=1e-12)
    return {
        "baseball": {"wins": BASEBALL, "strengths": (params - params[0]).tolist()},
        "lengths": {"comparisons": rows, "strengths": [0, *fit.params[:3]], "coefficient": fit.params[3]},
    }


def betas():
    cases = [[1, 1], [3, 1], [9, 1], [0.5, 0.5], [2.8, 1.2], [120, 34], [5000, 3], [2, 900]]
    return [
        {"a": a, "b": b, "low": beta.ppf(0.025, a, b), "high": beta.ppf(0.975, a, b), "cdf": beta.cdf(0.7, a, b)}
        for a, b in cases
    ]


if __name__ == "__main__":
    libraries = ["krippendorff", "statsmodels", "crowd-kit", "choix", "scipy"]
    print(
        json.dumps(
            {
                "versions": {name: version(name) for name in libraries},
                "alpha": alpha(),
                **kappas(),
                "dawidSkene": dawid_skene(),
                "oneCoin": one_coin(),
                **strengths(),
                "beta": betas(),
            }
        )
    )
