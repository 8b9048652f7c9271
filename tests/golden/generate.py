"""
Writes tests/golden/*.json: losses, metrics and gradients from TRL's own loss code, in f64, for our tests to agree with.

Run by hand, product and tests never need Python:

    python -m venv venv && venv/bin/pip install torch==2.13.0 trl==1.16.0
    venv/bin/python tests/golden/generate.py

TRL's methods are called on trainers that skipped their constructors, with log-probabilities in the place of a model's
output (stubs.py). Where TRL has no such code, or none that can be called alone, the formula is written out in torch, and
`source` in the file says so and names TRL's function.
"""

import json
import platform
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import torch
import transformers
import trl

import online
import pairs

VERSIONS = {
    "python": platform.python_version(),
    "torch": torch.__version__,
    "transformers": transformers.__version__,
    "trl": trl.__version__,
}



def written(value, depth=0):
    """JSON with one case per line, so that a change shows which."""
    if depth < 2 and isinstance(value, dict) and value:
        lines = (f"{json.dumps(key)}: {written(item, depth + 1)}" for key, item in value.items())
        return "{\n" + ",\n".join(lines) + "\n}"
    if depth < 2 and isinstance(value, list) and value:
        return "[\n" + ",\n".join(written(item, 2) for item in value) + "\n]"
    return json.dumps(value, allow_nan=False, ensure_ascii=False)


for make in (pairs.sft, pairs.dpo, pairs.simpo, pairs.orpo, pairs.kto, pairs.reward, online.ppo, online.grpo):
    golden = {"versions": VERSIONS, **make()}
    path = Path(__file__).with_name(f"{make.__name__}.json")
    path.write_text(written(golden) + "\n")
    print(f"{path.name}: {len(golden['cases'])} cases")
