"""Golden numbers of the objectives on pairs and lone replies: DPO family, SimPO, ORPO, KTO, reward model, SFT."""

from types import SimpleNamespace

import torch
import torch.nn.functional as F
from trl import DPOTrainer, KTOTrainer, RewardTrainer
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer

from stubs import Fixed, Numbers, all_floats_are_double, logged, padded, ragged, trainer

PAIR_METRICS = ["rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/chosen", "logps/rejected"]


def pair_batches():
    """name → per-token log-probabilities {policy, reference} × {chosen, rejected}, ragged."""
    n = Numbers(1)
    lengths = {"chosen": [3, 5, 1, 4], "rejected": [4, 2, 6, 4]}
    reference = {half: n.log_probs(of) for half, of in lengths.items()}
    policy = {half: n.near(rows) for half, rows in reference.items()}
    one = {half: [[-0.5, -1.0]] * 3 for half in ("chosen", "rejected")}
    won = {"chosen": [[-1.0, -2.0]], "rejected": [[-400.0] * 10]}
    lost = {"chosen": [[-400.0] * 10], "rejected": [[-1.0, -2.0]]}
    calm = {"chosen": [[-2.0, -3.0]], "rejected": [[-2.0, -3.0]]}
    return {
        "four pairs of many lengths": (policy, reference),
        "policy equals reference": (reference, reference),
        "all equal": (one, one),
        "huge margin, won": (won, {**calm, "rejected": [[-2.0] * 10]}),
        "huge margin, lost": (lost, {**calm, "chosen": [[-2.0] * 10]}),
    }


def pair_case(name, rows, extra, expected):
    policy, reference = rows
    return {"name": name, "policy": policy, "reference": reference, **extra, "expected": expected}


def leaves(policy):
    """Policy log-probabilities [2B, T] that collect a gradient, chosen first, and their mask."""
    values, mask = padded(policy["chosen"] + policy["rejected"])
    return values.requires_grad_(), mask


def pair_gradient(values, mask):
    rows = ragged(values.grad, mask)
    return {"chosen": rows[: len(rows) // 2], "rejected": rows[len(rows) // 2 :]}


def sums(rows):
    return torch.tensor([sum(row) for row in rows])


def run_dpo(policy, reference, loss_types, beta, smoothing, loss_weights):
    """DPOTrainer._compute_loss with precomputed reference log-probabilities."""
    values, mask = leaves(policy)
    self = trainer(
        DPOTrainer,
        beta=beta,
        label_smoothing=smoothing,
        loss_types=loss_types,
        loss_weights=loss_weights,
        f_divergence_type="reverse_kl",
        ld_alpha=None,
        use_weighting=False,
        precompute_ref_logps=True,
    )
    prompt = torch.zeros(mask.shape[0], 1, dtype=torch.long)  # one prompt token, so that every target has a context
    inputs = {
        "input_ids": torch.cat([prompt, mask], dim=1) * 0,
        "attention_mask": torch.cat([prompt + 1, mask], dim=1),
        "completion_mask": torch.cat([prompt, mask], dim=1),
        "ref_chosen_logps": sums(reference["chosen"]),
        "ref_rejected_logps": sums(reference["rejected"]),
    }
    loss = DPOTrainer._compute_loss(self, Fixed({0: values}), inputs, False)
    loss.backward()
    return {
        "loss": loss.item(),
        "metrics": logged(self, PAIR_METRICS),
        "gradient": pair_gradient(values, mask),
    }


def one_by_one(policy, reference, run):
    """The mean over pairs of a loss whose code mixes the pairs of a batch."""
    parts = []
    count = len(policy["chosen"])
    for i in range(count):
        alone = lambda rows: {half: [of[i]] for half, of in rows.items()}
        parts.append(run(alone(policy), alone(reference)))
    mean = lambda pick: sum(pick(part) for part in parts) / count
    return {
        "loss": mean(lambda part: part["loss"]),
        "metrics": {name: mean(lambda part: part["metrics"][name]) for name in parts[0]["metrics"]},
        "gradient": {
            half: [[g / count for g in part["gradient"][half][0]] for part in parts] for half in ("chosen", "rejected")
        },
    }


def dpo():
    cases = []
    for name, (policy, reference) in pair_batches().items():
        for loss, smoothing, beta in [
            ("sigmoid", 0.0, 0.1),
            ("robust", 0.1, 0.3),
            ("ipo", 0.0, 0.1),
            ("hinge", 0.0, 0.5),
        ]:
            expected = run_dpo(policy, reference, [loss], beta, smoothing, [1.0])
            cases.append(pair_case(name, (policy, reference), {"loss": loss, "beta": beta, "labelSmoothing": smoothing}, expected))
        # TRL 1.x smooths labels in `aot`, which is the conservative sigmoid on one pair: there is nothing to sort.
        aot = lambda p, r: run_dpo(p, r, ["aot"], 0.3, 0.2, [1.0])
        expected = one_by_one(policy, reference, aot)
        cases.append(pair_case(name, (policy, reference), {"loss": "cdpo", "beta": 0.3, "labelSmoothing": 0.2}, expected))
        expected = run_dpo(policy, reference, ["sigmoid", "sft"], 0.1, 0.0, [1.0, 0.7])
        cases.append(pair_case(name, (policy, reference), {"loss": "sigmoid", "beta": 0.1, "sftWeight": 0.7}, expected))
        expected = run_cpo(policy, reference, "ipo", beta=0.2)
        cases.append(pair_case(name, (policy, reference), {"loss": "ipo_sum", "beta": 0.2}, expected))
    return {
        "source": "trl DPOTrainer._compute_loss; cdpo: its loss type `aot`, one pair at a time; "
        "ipo_sum: CPOTrainer.cpo_loss `ipo` on log-ratios (its metrics are those of log-ratios, so none are compared)",
        "cases": cases,
    }


def run_cpo(policy, reference, loss_type, beta, gamma=0.0):
    """CPOTrainer.get_batch_loss_metrics; its forward pass is replaced by log-ratios (ipo) or means per token (simpo)."""
    values, mask = leaves(policy)
    count = len(policy["chosen"])
    if loss_type == "ipo":
        logps = values.sum(1) - sums(reference["chosen"] + reference["rejected"])
    else:
        logps = values.sum(1) / mask.sum(1)
    self = trainer(
        CPOTrainer,
        beta=beta,
        simpo_gamma=gamma,
        alpha=0.0,
        label_smoothing=0.0,
        loss_type=loss_type,
        cpo_alpha=0.0,
        concatenated_forward=lambda *_: (logps[:count], logps[count:], values, values, torch.zeros(())),
    )
    loss, metrics = CPOTrainer.get_batch_loss_metrics(self, None, {})
    loss.backward()
    kept = {} if loss_type == "ipo" else {name: metrics[name] for name in PAIR_METRICS}
    return {"loss": loss.item(), "metrics": kept, "gradient": pair_gradient(values, mask)}


def simpo():
    cases = [
        pair_case(name, rows, {"beta": 2.0, "gamma": gamma}, run_cpo(*rows, "simpo", 2.0, gamma))
        for name, rows in pair_batches().items()
        for gamma in (0.0, 1.0)
    ]
    return {"source": "trl CPOTrainer.get_batch_loss_metrics, loss_type simpo, on means per token", "cases": cases}


def orpo():
    cases = []
    for name, (policy, reference) in pair_batches().items():
        values, mask = leaves(policy)
        count = len(policy["chosen"])
        means = values.sum(1) / mask.sum(1)
        # TRL's cross-entropy runs over prompt and reply; over replies alone it is this mean.
        nll = -values[:count].sum() / mask[:count].sum()
        self = trainer(
            ORPOTrainer,
            beta=0.25,
            concatenated_forward=lambda *_: (means[:count], means[count:], values, values, nll),
        )
        with all_floats_are_double():
            loss, metrics = ORPOTrainer.get_batch_loss_metrics(self, None, {})
        loss.backward()
        names = [*PAIR_METRICS, "nll_loss", "log_odds_ratio", "log_odds_chosen"]
        expected = {
            "loss": loss.item(),
            "metrics": {metric: metrics[metric] for metric in names},
            "gradient": pair_gradient(values, mask),
        }
        cases.append(pair_case(name, (policy, reference), {"lambda": 0.25}, expected))
    return {"source": "trl ORPOTrainer.get_batch_loss_metrics and odds_ratio_loss, cross-entropy over the replies", "cases": cases}


def kto():
    n = Numbers(2)
    reference = n.log_probs([3, 5, 1, 4, 2, 6])
    policy = n.near(reference, 0.6)
    other_reference = n.log_probs([3, 1, 4, 2, 6, 5])
    above = [[x + 0.2 for x in row] for row in other_reference]  # z > 0
    below = [[x - 0.2 for x in row] for row in other_reference]  # z clamped to 0
    mixed = [True, False, True, True, False, False]
    huge = [[-400.0] * 3, *policy[1:]]
    cases = []
    for name, rows, labels, mismatched in [
        ("both classes", policy, mixed, above),
        ("z would be negative", policy, mixed, below),
        ("liked ones only", policy, [True] * 6, above),
        ("disliked ones only", policy, [False] * 6, above),
        ("policy equals reference", reference, mixed, other_reference),
        ("one reply far away", huge, mixed, above),
    ]:
        for beta, desirable, undesirable in [(0.1, 1.0, 1.0), (0.5, 1.0, 1.33)]:
            values, mask = padded(rows)
            values.requires_grad_()
            others, other_mask = padded(mismatched)
            self = trainer(
                KTOTrainer,
                beta=beta,
                loss_type="kto",
                calculate_KL=True,
                precompute_ref_logps=True,
                desirable_weight=desirable,
                undesirable_weight=undesirable,
            )
            column = torch.zeros(6, 1, dtype=torch.long)
            inputs = {
                "input_ids": torch.cat([column, mask], 1) * 0,
                "attention_mask": torch.cat([column + 1, mask], 1),
                "completion_mask": torch.cat([column, mask], 1),
                "KL_input_ids": torch.cat([column, other_mask], 1) * 0 + 1,
                "KL_attention_mask": torch.cat([column + 1, other_mask], 1),
                "KL_completion_mask": torch.cat([column, other_mask], 1),
                "label": torch.tensor(labels),
                "ref_logps": sums(reference),
                "ref_KL_logps": sums(other_reference),
            }
            loss = KTOTrainer._compute_loss(self, Fixed({0: values, 1: others}), inputs, False)
            loss.backward()
            names = ["kl", "rewards/chosen", "rewards/rejected", "rewards/margins", "logps/chosen", "logps/rejected"]
            cases.append(
                {
                    "name": name,
                    "policy": rows,
                    "reference": reference,
                    "desirable": labels,
                    "mismatched": {"policy": mismatched, "reference": other_reference},
                    "beta": beta,
                    "desirableWeight": desirable,
                    "undesirableWeight": undesirable,
                    "expected": {
                        "loss": loss.item(),
                        "metrics": logged(self, names),
                        "gradient": ragged(values.grad, mask),
                    },
                }
            )
    return {"source": "trl KTOTrainer._compute_loss, its KL log-probabilities included", "cases": cases}


def reward():
    n = Numbers(3)
    cases = []
    for name, chosen, rejected, margins in [
        ("five pairs", n.normal(5), n.normal(5), None),
        ("margins", n.normal(4), n.normal(4), [0.5, 1.0, 0.0, 3.0]),
        ("all equal", [0.3] * 3, [0.3] * 3, None),
        ("huge margins", [800.0, -800.0], [-800.0, 800.0], None),
    ]:
        for centring in (0.0, 0.01):
            scores = torch.tensor(chosen + rejected).requires_grad_()
            self = trainer(RewardTrainer, args=SimpleNamespace(center_rewards_coefficient=centring or None))
            inputs = {"attention_mask": torch.ones(1)}
            if margins:
                inputs["margin"] = torch.tensor(margins)
            with all_floats_are_double():
                loss = RewardTrainer.compute_loss(
                    self, lambda scores=scores, **_: SimpleNamespace(logits=scores.unsqueeze(1)), inputs
                )
            loss.backward()
            half = len(chosen)
            cases.append(
                {
                    "name": name,
                    "chosen": chosen,
                    "rejected": rejected,
                    "margins": margins,
                    "centring": centring,
                    "expected": {
                        "loss": loss.item(),
                        "metrics": logged(self, ["accuracy", "margin", "min_reward", "mean_reward", "max_reward"]),
                        "gradient": {
                            "chosen": scores.grad[:half].tolist(),
                            "rejected": scores.grad[half:].tolist(),
                        },
                    },
                }
            )
    return {"source": "trl RewardTrainer.compute_loss", "cases": cases, "rankings": rankings(n)}


def rankings(n):
    """TRL knows no rankings of more than two: InstructGPT's eq. 1, written out in torch."""
    cases = []
    for name, ranks in [("five in order", [1, 2, 3, 4, 5]), ("ties", [2, 1, 1, 3]), ("two", [2, 1])]:
        scores = torch.tensor(n.normal(len(ranks))).requires_grad_()
        losses = [
            -F.logsigmoid(scores[i] - scores[j])
            for i in range(len(ranks))
            for j in range(len(ranks))
            if ranks[i] < ranks[j]
        ]
        loss = torch.stack(losses).mean()
        loss.backward()
        cases.append(
            {
                "name": name,
                "ranks": ranks,
                "scores": scores.detach().tolist(),
                "expected": {"loss": loss.item(), "gradient": scores.grad.tolist()},
            }
        )
    return cases


def sft():
    rows = Numbers(4).log_probs([3, 1, 6])
    values, mask = padded(rows)
    values.requires_grad_()
    # transformers' cross-entropy: the mean over all targets that are not −100.
    loss = F.nll_loss(values.reshape(-1, 1), torch.where(mask == 1, 0, -100).reshape(-1), ignore_index=-100)
    loss.backward()
    case = {"name": "three replies", "logProbs": rows, "expected": {"loss": loss.item(), "gradient": ragged(values.grad, mask)}}
    return {"source": "torch.nn.functional.nll_loss, as transformers' ForCausalLMLoss calls it", "cases": [case]}
