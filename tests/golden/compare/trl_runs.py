"""
TRL's side of the comparison of whole runs: does again what hone.ts did, with TRL's trainers, and prints how far the two
are apart. Run by hand, see README.md; `python tests/golden/compare/trl_runs.py <folder> [run …]`.
"""

import copy
import json
import math
import os
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
os.environ.update(HF_HUB_OFFLINE="1", TRL_EXPERIMENTAL_SILENCE="1", HF_HOME=tempfile.mkdtemp(), CUDA_VISIBLE_DEVICES="")

import peft
import torch
import transformers
import trl
from datasets import Dataset
from peft import PeftModel, get_peft_model_state_dict
from safetensors.torch import load_file
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3ForCausalLM, Qwen3ForSequenceClassification

torch.set_num_threads(1)
transformers.logging.set_verbosity_error()

FOLDER = Path(sys.argv[1])
BASE = json.loads((FOLDER / "base.json").read_text())
DATA = json.loads((FOLDER / "data.json").read_text())


def tokenizer():
    names = BASE["tokens"]
    made = Qwen2Tokenizer(
        vocab={text: i for i, text in enumerate(names)},
        merges=[tuple(pair.split(" ")) for pair in BASE["merges"]],
        unk_token=names[0],
        eos_token=names[2],
        pad_token=names[3],
        additional_special_tokens=[names[1]],
    )
    made.chat_template = BASE["template"]
    return made


def base(cls):
    shape = BASE["model"]
    config = Qwen3Config(
        vocab_size=shape["vocabulary"],
        hidden_size=shape["width"],
        intermediate_size=shape["feedForward"],
        num_hidden_layers=shape["layers"],
        num_attention_heads=shape["heads"],
        num_key_value_heads=shape["kvHeads"],
        head_dim=shape["headWidth"],
        max_position_embeddings=shape["contextLength"],
        rms_norm_eps=shape["rmsEpsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": float(shape["ropeTheta"])},
        tie_word_embeddings=shape["tiedEmbeddings"],
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=3,
        **({"num_labels": 1} if cls is Qwen3ForSequenceClassification else {}),
    )
    model = cls(config).float()
    missing, unexpected = model.load_state_dict(load_file(FOLDER / "base.safetensors"), strict=False)
    assert not unexpected and set(missing) <= {"lm_head.weight", "score.weight"}, (missing, unexpected)
    return model


def with_adapter(model, name):
    return PeftModel.from_pretrained(model, FOLDER / name, is_trainable=True)


def probe():
    """
    Largest differences over the single tokens of some dialogues, in nats: Hone's log-probabilities from torch's, and both
    sides' log-probabilities and entropies from torch's in double precision.
    """
    wanted = json.loads((FOLDER / "probe.json").read_text())
    worst = {}

    def note(name, left, right):
        worst[name] = max(worst.get(name, 0.0), (left - right).abs().max().item())

    def figures(model, tokens):
        ids = torch.tensor([tokens])
        log_probs = model(ids).logits.log_softmax(-1)[0, :-1]
        entropy = -(log_probs.exp() * log_probs).sum(-1)
        return log_probs.gather(1, ids[0, 1:, None])[:, 0].double(), entropy.double()

    for name in ("base", "start"):
        for i, tokens in enumerate(wanted["tokens"]):
            hone = [torch.tensor(wanted[name][key][i], dtype=torch.float64) for key in ("logProbs", "entropy")]
            with torch.no_grad():
                single, double = figures(MODELS[name], tokens), figures(MODELS[name + " in f64"], tokens)
            note("log-probability, Hone from torch", hone[0], single[0])
            for k, figure in enumerate(("log-probability", "entropy")):
                note(f"{figure}, Hone from f64", hone[k], double[k])
                note(f"{figure}, torch from f64", single[k], double[k])
    assert worst["log-probability, Hone from torch"] < 1e-4, worst
    return worst


def conversational():
    """TRL's rendering of a whole dialogue differs from ours by what the template writes behind the end of the turn."""
    for one, row in zip(DATA["examples"], DATA["rows"]["sft"]):
        messages = [*one["prompt"], {"role": "assistant", "content": one["right"]}]
        ids = TOKENIZER.apply_chat_template(messages, tokenize=True)["input_ids"]
        same("conversational", ids, row["tokens"] + TOKENIZER("\n")["input_ids"])


def rendered(prompt):
    return TOKENIZER.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)


def halves(row):
    cut = row["targets"][0]
    return row["tokens"][:cut], row["tokens"][cut:]


def same(name, got, wanted):
    assert list(got) == list(wanted), f"{name}: TRL's tokens {list(got)} are not Hone's {list(wanted)}"


class Log(transformers.TrainerCallback):
    def __init__(self):
        self.steps = []

    def on_log(self, args, state, control, logs=None, **_):
        if "loss" in logs:
            self.steps.append({name: float(value) for name, value in logs.items()})


def common(run, **more):
    """TRL's settings for ours; one batch per step, where Hone takes a step in micro-batches."""
    config = run["config"]
    return dict(
        output_dir=tempfile.mkdtemp(),
        per_device_train_batch_size=config["batchSize"],
        num_train_epochs=1,
        learning_rate=config["learningRate"],
        lr_scheduler_type="cosine",
        warmup_steps=0,
        weight_decay=config["weightDecay"],
        adam_beta1=config["adamBeta1"],
        adam_beta2=config["adamBeta2"],
        adam_epsilon=config["adamEpsilon"],
        max_grad_norm=config["clipNorm"],
        optim="adamw_torch",
        logging_steps=1,
        report_to="none",
        save_strategy="no",
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        train_sampling_strategy="sequential",
        disable_tqdm=True,
        **more,
    )


def sft(run):
    rows = [
        {"prompt": rendered(one["prompt"]), "completion": one["right"]}
        for one in (DATA["examples"][i] for i in run["taken"])
    ]
    args = trl.SFTConfig(**common(run, max_length=512))
    trainer = trl.SFTTrainer(started(), args, train_dataset=Dataset.from_list(rows), processing_class=TOKENIZER)
    for i, row in zip(run["taken"], trainer.train_dataset):
        prompt, completion = halves(DATA["rows"]["sft"][i])
        same("sft", row["input_ids"], prompt + completion)
        same("sft labels", row["labels"], [-100] * len(prompt) + completion)
    return trainer


def pairs(run):
    return Dataset.from_list(
        [
            {"prompt": rendered(one["prompt"]), "chosen": one["right"], "rejected": one["wrong"]}
            for one in (DATA["examples"][i] for i in run["taken"])
        ]
    )


def dpo(run):
    config = run["config"]
    losses = [config["loss"]] + (["sft"] if config["sftWeight"] else [])
    weights = [1.0, config["sftWeight"]][: len(losses)]
    args = trl.DPOConfig(**common(run, max_length=512, beta=config["beta"], loss_type=losses, loss_weights=weights))
    trainer = trl.DPOTrainer(started(), args=args, train_dataset=pairs(run), processing_class=TOKENIZER)
    for i, row in zip(run["taken"], trainer.train_dataset):
        for half in ("chosen", "rejected"):
            prompt, completion = halves(DATA["rows"]["pairs"][i][half])
            same(half, row["prompt_ids"], prompt)
            same(half, row[f"{half}_ids"], completion)
    return trainer


def reward(run):
    args = trl.RewardConfig(**common(run, max_length=512, center_rewards_coefficient=run["config"]["centring"]))
    model = with_adapter(base(Qwen3ForSequenceClassification), "start-with-head")
    trainer = trl.RewardTrainer(model, args=args, train_dataset=pairs(run), processing_class=TOKENIZER)
    for i, row in zip(run["taken"], trainer.train_dataset):
        for half in ("chosen", "rejected"):
            same(half, row[f"{half}_ids"], DATA["rows"]["pairs"][i][half]["tokens"])
    return trainer


def kto(run):
    config = run["config"]
    rows = [
        {
            "prompt": rendered(one["prompt"]),
            "completion": one["right"] if one["liked"] else one["wrong"],
            "label": one["liked"],
        }
        for one in (DATA["examples"][i] for i in run["taken"])
    ]
    args = trl.KTOConfig(
        **common(
            run,
            max_length=512,
            beta=config["beta"],
            desirable_weight=config["desirableWeight"],
            undesirable_weight=config["undesirableWeight"],
        )
    )
    trainer = trl.KTOTrainer(started(), args=args, train_dataset=Dataset.from_list(rows), processing_class=TOKENIZER)
    for i, row in zip(run["taken"], trainer.train_dataset):
        prompt, completion = halves(DATA["rows"]["kto"][i])
        same("kto", row["prompt_ids"], prompt)
        same("kto", row["completion_ids"], completion)
    # Whose reply stands in for whose is each side's own choice; here TRL takes Hone's.
    mismatched = [halves(DATA["rows"]["mismatched"][i])[1] for i in run["taken"]]
    prepared = trainer.train_dataset.remove_columns("KL_completion_ids")
    trainer.train_dataset = prepared.add_column("KL_completion_ids", mismatched)
    return trainer


def grpo(run):
    config = run["config"]
    given = run["rollouts"]
    calls = {"sampled": 0, "scored": 0}
    replies = config["batchSize"] * config["groupSize"]

    def rollout(prompts, _):
        taken = given[calls["sampled"]]
        calls["sampled"] += 1
        for text, reply in zip(prompts, taken, strict=True):
            same("grpo", TOKENIZER(text)["input_ids"], reply["prompt"])
        return {
            "prompt_ids": [reply["prompt"] for reply in taken],
            "completion_ids": [reply["completion"] for reply in taken],
            "logprobs": [[0.0] * len(reply["completion"]) for reply in taken],
        }

    def rewards(completions, **_):
        calls["scored"] += 1
        return [reply["reward"] for reply in given[calls["scored"] - 1]]

    rows = [{"prompt": rendered(DATA["examples"][i]["prompt"])} for i in run["taken"]]
    args = trl.GRPOConfig(
        **{
            **common(run),
            "per_device_train_batch_size": replies,
            "steps_per_generation": 1,
            "num_generations": config["groupSize"],
            "num_iterations": config["innerEpochs"],
            "max_completion_length": config["maxTokens"],
            "beta": config["beta"],
            "epsilon": config["clip"],
            "epsilon_high": config["clipHigh"],
            "loss_type": config["normaliser"],
            "importance_sampling_level": config["ratio"],
            "scale_rewards": "none" if config["normaliser"] == "dr_grpo" else "group",
            "mask_truncated_completions": config["maskTruncated"],
            "use_bias_correction_kl": False,
            "shuffle_dataset": False,
        }
    )
    trainer = trl.GRPOTrainer(
        started(), rewards, args=args, train_dataset=Dataset.from_list(rows), processing_class=TOKENIZER,
        rollout_func=rollout,
    )
    # Hone's rate falls once per iteration, TRL's once per optimiser step.
    steps, inner = config["steps"], config["innerEpochs"]
    trainer.create_optimizer()
    trainer.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(
        trainer.optimizer, lambda step: (1 + math.cos(math.pi * (step // inner) / steps)) / 2
    )
    return trainer


MAKE = {"SFT": sft, "DPO": dpo, "KTO": kto, "REWARD": reward, "GRPO": grpo}
# Figures that the two sides name differently.
TRL_NAME = {
    "lr": "learning_rate",
    "tokens": "num_tokens",
    "completions/length": "completions/mean_length",
    "clip_ratio/low": "clip_ratio/low_mean",
    "clip_ratio/high": "clip_ratio/high_mean",
    "clip_ratio/region": "clip_ratio/region_mean",
}


def iterations(steps, run):
    """TRL logs every optimiser step of an iteration; Hone an iteration, with means, the last norm and the last rate."""
    inner = run["config"].get("innerEpochs", 1)
    if inner == 1:
        return steps
    merged = []
    for first in range(0, len(steps), inner):
        part = steps[first : first + inner]
        one = {}
        for name in {name for step in part for name in step}:
            values = [step[name] for step in part if name in step]
            if name.endswith(("_min", "_max")):
                one[name] = (min if name.endswith("_min") else max)(values)
            else:
                one[name] = values[-1] if name in ("grad_norm", "learning_rate") else sum(values) / len(values)
        merged.append(one)
    return merged


def apart(ours, theirs):
    """The largest difference of a figure over the steps, as a share of its largest size."""
    size = max(abs(value) for value in theirs) or 1.0
    return max(abs(a - b) for a, b in zip(ours, theirs)) / size


def compare(name):
    run = json.loads((FOLDER / f"{name}.json").read_text())
    log = Log()
    trainer = MAKE[run["method"]](run)
    trainer.add_callback(log)
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    ours, theirs = run["steps"], iterations(log.steps, run)
    assert len(ours) == len(theirs), (len(ours), len(theirs))

    result = {"run": name, "steps": len(log.steps)}
    result["loss"] = max(abs(a["loss"] - b["loss"]) / abs(b["loss"]) for a, b in zip(ours, theirs))
    result["grad_norm"] = max(abs(a["grad_norm"] - b["grad_norm"]) / b["grad_norm"] for a, b in zip(ours, theirs))
    figures, only = {}, []
    for figure in ours[0]:
        # TRL sees the epochs as one long dataset, and counts an iteration's tokens once however often they are learned from.
        if figure == "epoch" or (figure == "tokens" and run["method"] == "GRPO"):
            continue
        trl_name = TRL_NAME.get(figure, figure)
        if all(figure in a and trl_name in b for a, b in zip(ours, theirs)):
            figures[figure] = apart([a[figure] for a in ours], [b[trl_name] for b in theirs])
        else:
            only.append(figure)
    result["figures"] = figures
    result["only"] = only
    result["clipped"] = sum(step["grad_norm"] > run["config"]["clipNorm"] for step in log.steps)

    start = load_file(FOLDER / ("start-with-head" if run["method"] == "REWARD" else "start") / "adapter_model.safetensors")
    end = load_file(FOLDER / "end" / name / "adapter_model.safetensors")
    made = get_peft_model_state_dict(trainer.model, adapter_name="default")
    assert set(made) == set(end), set(made) ^ set(end)
    flat = lambda tensors: torch.cat([tensors[key].detach().double().flatten() for key in sorted(end)])
    begun, ended, trls = flat(start), flat(end), flat(made)
    result["weights"] = ((ended - trls).norm() / (trls - begun).norm()).item()
    result["weights_max"] = ((ended - trls).abs().max() / (trls - begun).abs().max()).item()
    result["loss_first_last"] = [theirs[0]["loss"], theirs[-1]["loss"]]
    if "-v" in sys.argv:
        for a, b in zip(ours, theirs):
            print("\n".join(f"  {k}: {v:.8g} {b.get(TRL_NAME.get(k, k), math.nan):.8g}" for k, v in a.items()), "\n")
        print("TRL alone:", sorted(set(theirs[0]) - {TRL_NAME.get(k, k) for k in ours[0]}))
    return result


TOKENIZER = tokenizer()


def started():
    return with_adapter(base(Qwen3ForCausalLM), "start")


if __name__ == "__main__":
    print(json.dumps({module.__name__: module.__version__ for module in (torch, transformers, peft, trl)}))
    MODELS = {"base": base(Qwen3ForCausalLM), "start": started()}
    MODELS |= {f"{name} in f64": copy.deepcopy(model).double() for name, model in MODELS.items()}
    print(json.dumps(probe()))
    conversational()
    chosen = [name for name in sys.argv[2:] if name != "-v"] or [
        path.stem for path in FOLDER.glob("*.json") if "taken" in json.loads(path.read_text())
    ]
    for name in sorted(chosen):
        print(json.dumps(compare(name)), flush=True)
