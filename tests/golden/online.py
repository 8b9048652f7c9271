"""Golden numbers of the objectives on sampled replies: GRPO and its advantages, PPO with GAE and whitening."""

from types import SimpleNamespace

import torch
from trl import GRPOTrainer

from stubs import Numbers, all_floats_are_double, logged, padded, ragged, trainer


def grpo():
    n = Numbers(5)
    lengths = [4, 2, 6, 3]
    old = n.log_probs(lengths)
    new = n.near(old, 0.4)
    reference = n.near(old, 0.5)
    advantages = [1.2, -0.4, -0.9, 0.6]
    cut = [[1] * 4, [1] * 2, [0] * 6, [1] * 3]  # the third reply was truncated and teaches nothing
    none = [[0] * length for length in lengths]
    cases = []
    for name, rows, mask in [
        ("replies of many lengths", new, None),
        ("on-policy", old, None),
        ("a truncated reply is masked", new, cut),
        ("everything is truncated", new, none),
        ("moved far from the old policy", [[x - 1.5 for x in row] for row in new], None),
    ]:
        for normaliser in ("grpo", "dapo", "dr_grpo", "bnpo"):
            for ratio in ("token", "sequence"):
                for beta in (0.0, 0.04):
                    cases.append(grpo_case(name, rows, old, reference, advantages, mask, normaliser, ratio, beta))
    no_gradient = grpo_case("no advantages", new, old, reference, [0.0] * 4, None, "dapo", "token", 0.0)
    return {
        "source": "trl GRPOTrainer._compute_loss; log-probabilities replace its forward pass",
        "cases": [*cases, no_gradient],
        "advantages": group_advantages(n),
    }


MAX_LENGTH = 8


def grpo_case(name, new, old, reference, advantages, mask, normaliser, ratio, beta):
    values, real = padded(new)
    values.requires_grad_()
    active = real if mask is None else padded(mask)[0].long()
    count = values.shape[0]
    self = trainer(
        GRPOTrainer,
        beta=beta,
        loss_type=normaliser,
        importance_sampling_level=ratio,
        epsilon_low=0.2,
        epsilon_high=0.28,
        max_completion_length=MAX_LENGTH,
        current_gradient_accumulation_steps=1,
        top_entropy_quantile=1.0,
        off_policy_mask_threshold=None,
        use_vllm=False,
        _entropy_bonus_enabled=False,
        args=SimpleNamespace(delta=None, use_bias_correction_kl=False, steps_per_generation=1),
        _get_per_token_logps_and_entropies=lambda *_, **__: (values, torch.zeros_like(values.detach()), None),
    )
    ids = torch.zeros(count, values.shape[1], dtype=torch.long)
    inputs = {
        "prompt_ids": ids[:, :1],
        "prompt_mask": ids[:, :1] + 1,
        "completion_ids": ids,
        "completion_mask": active,
        "advantages": torch.tensor(advantages),
        "old_per_token_logps": padded(old)[0],
        "ref_per_token_logps": padded(reference)[0],
        "num_items_in_batch": active.sum(),
    }
    with all_floats_are_double():
        loss = GRPOTrainer._compute_loss(self, None, inputs)
    loss.backward()
    names = [f"clip_ratio/{part}" for part in ("low_mean", "high_mean", "region_mean", "low_min", "high_max")]
    # Hone's names have no `_mean`; what has no value at all (NaN) is left out.
    metrics = {
        key.removesuffix("_mean"): value for key, value in logged(self, [*names, "kl"]).items() if value == value
    }
    return {
        "name": name,
        "normaliser": normaliser,
        "ratio": ratio,
        "beta": beta,
        "clip": {"low": 0.2, "high": 0.28},
        "maxLength": MAX_LENGTH,
        "logProbs": new,
        "oldLogProbs": old,
        "reference": reference,
        "advantages": advantages,
        "mask": mask,
        "expected": {"loss": loss.item(), "metrics": metrics, "gradient": ragged(values.grad, real)},
    }


def group_advantages(n):
    """The lines of GRPOTrainer._generate_and_score_completions between rewards and advantages, which cannot be called alone."""
    cases = []
    for name, rewards in [
        ("two groups", n.normal(8)),
        ("one group all equal", [*n.normal(4), 0.1, 0.1, 0.1, 0.1]),
        ("right and wrong", [1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]),
    ]:
        grouped = torch.tensor(rewards).view(-1, 4)
        centred = grouped - grouped.mean(1, keepdim=True)
        deviations = grouped.std(1, keepdim=True)
        cases.append(
            {
                "name": name,
                "rewards": rewards,
                "groupSize": 4,
                "expected": {
                    "scaled": (centred / (deviations + 1e-4)).flatten().tolist(),
                    "unscaled": centred.flatten().tolist(),
                    "metrics": {
                        "reward": grouped.mean().item(),
                        "reward_std": torch.tensor(rewards).std().item(),
                        "frac_reward_zero_std": torch.isclose(deviations, torch.zeros(())).double().mean().item(),
                    },
                },
            }
        )
    return cases


def masked_mean(values, mask):
    return (values * mask).sum() / mask.sum()


def masked_whiten(values, mask, shift_mean=True):
    """trl masked_whiten: Bessel's correction, 1e-8 under the root."""
    mean = masked_mean(values, mask)
    variance = masked_mean((values - mean) ** 2, mask) * mask.sum() / (mask.sum() - 1)
    whitened = (values - mean) * torch.rsqrt(variance + 1e-8)
    return whitened if shift_mean else whitened + mean


def ppo():
    """
    TRL 1.16 holds no PPO any more. Earlier versions' PPOTrainer.train (trl/experimental/ppo/ppo_trainer.py) is one loop that cannot
    be called in parts, so its formulae are written out here, on padded tensors and with autograd. Where it averages over padding
    (approxkl, ratio) the mask is used instead, and the score goes to the last token and not one behind it.
    """
    n = Numbers(6)
    lengths = [4, 1, 6, 3]
    old = n.log_probs(lengths)
    reference = n.near(old, 0.5)
    values = [n.normal(length, 0.7) for length in lengths]
    scores = n.normal(4, 2.0)
    cases = []
    for name, new, moved, options in [
        ("k1", n.near(old, 0.3), 0.3, {}),
        ("k3, whitened rewards", n.near(old, 0.3), 0.3, {"estimator": "k3", "whitenRewards": True}),
        ("discounted", n.near(old, 0.3), 0.3, {"gamma": 0.9, "lambda": 0.8}),
        ("on-policy", old, 0.0, {}),
        ("far from the old policy", [[x - 4 for x in row] for row in old], 2.0, {}),
    ]:
        settings = {"gamma": 1.0, "lambda": 0.95, "estimator": "k1", "whitenRewards": False, **options}
        new_values = [[v + moved * d for v, d in zip(row, n.normal(len(row)))] for row in values]
        cases.append(ppo_case(name, old, reference, values, scores, new, new_values, settings))
    return {"source": " ".join(ppo.__doc__.split()), "cases": cases}


KL_COEFFICIENT, CLIP, VALUE_CLIP, VALUE_COEFFICIENT = 0.05, 0.2, 0.2, 0.1


def ppo_case(name, old_rows, reference_rows, value_rows, scores, new_rows, new_value_rows, settings):
    old, mask = padded(old_rows)
    mask = mask.double()
    reference, values = padded(reference_rows)[0], padded(value_rows)[0]
    last = (mask.sum(1) - 1).long()
    log_ratio = reference - old
    kl = -log_ratio if settings["estimator"] == "k1" else log_ratio.exp() - 1 - log_ratio
    kl = kl * mask
    rewards = -KL_COEFFICIENT * kl
    non_score = rewards.clone()
    rewards[torch.arange(len(scores)), last] += torch.tensor(scores)
    if settings["whitenRewards"]:
        rewards = masked_whiten(rewards, mask, shift_mean=False) * mask
    gamma, lam = settings["gamma"], settings["lambda"]
    later, reversed_advantages = torch.zeros(len(scores)), []
    for t in reversed(range(old.shape[1])):
        following = values[:, t + 1] if t + 1 < old.shape[1] else torch.zeros(len(scores))
        later = rewards[:, t] + gamma * following - values[:, t] + gamma * lam * later
        reversed_advantages.append(later)
    raw = torch.stack(reversed_advantages[::-1], dim=1)
    returns = (raw + values) * mask
    advantages = masked_whiten(raw, mask) * mask

    new = padded(new_rows)[0].requires_grad_()
    new_values = padded(new_value_rows)[0].requires_grad_()
    clipped_values = torch.clamp(new_values, values - VALUE_CLIP, values + VALUE_CLIP)
    value_losses = (new_values - returns) ** 2, (clipped_values - returns) ** 2
    value_loss = 0.5 * masked_mean(torch.max(*value_losses), mask)
    difference = new - old
    ratio = difference.exp()
    policy_losses = -advantages * ratio, -advantages * ratio.clamp(1 - CLIP, 1 + CLIP)
    policy_loss = masked_mean(torch.max(*policy_losses), mask)
    loss = policy_loss + VALUE_COEFFICIENT * value_loss
    loss.backward()
    mean_kl, mean_score = kl.sum(1).mean().item(), sum(scores) / len(scores)
    penalty = non_score.sum(1).mean().item()
    return {
        "name": name,
        **settings,
        "klCoefficient": KL_COEFFICIENT,
        "clip": CLIP,
        "valueClip": VALUE_CLIP,
        "valueCoefficient": VALUE_COEFFICIENT,
        "oldLogProbs": old_rows,
        "reference": reference_rows,
        "oldValues": value_rows,
        "scores": scores,
        "logProbs": new_rows,
        "values": new_value_rows,
        "expected": {
            "rewards": ragged(rewards, mask),
            "returns": ragged(returns, mask),
            "advantages": ragged(advantages, mask),
            "loss": loss.item(),
            "gradient": {"logProbs": ragged(new.grad, mask), "values": ragged(new_values.grad, mask)},
            "metrics": {
                "loss/policy": policy_loss.item(),
                "loss/value": value_loss.item(),
                "policy/approxkl": 0.5 * masked_mean(difference**2, mask).item(),
                "policy/clipfrac": masked_mean((policy_losses[1] > policy_losses[0]).double(), mask).item(),
                "val/clipfrac": masked_mean((value_losses[1] > value_losses[0]).double(), mask).item(),
                "policy/ratio": masked_mean(ratio, mask).item(),
            },
            "rollout": {
                "objective/kl": mean_kl,
                "objective/entropy": (-old * mask).sum(1).mean().item(),
                "objective/non_score_reward": penalty,
                "objective/rlhf_reward": penalty + mean_score,
                "objective/scores": mean_score,
            },
        },
    }
