"""Stand-ins for models and trainers, so that TRL's loss code runs on numbers of our choosing, in f64."""

import contextlib
from collections import defaultdict
from types import SimpleNamespace

import torch

torch.set_default_dtype(torch.float64)


@contextlib.contextmanager
def all_floats_are_double():
    """Some of TRL's losses call `.float()`; in here that means f64, so that six digits can be compared at all."""
    single = torch.Tensor.float
    torch.Tensor.float = lambda self, *_, **__: self.double()
    try:
        yield
    finally:
        torch.Tensor.float = single


class OneProcess:
    """An accelerator of one process: gathering gives what is there."""

    device = torch.device("cpu")
    num_processes = 1
    process_index = 0
    sync_gradients = True

    def gather(self, x):
        return x

    gather_for_metrics = gather

    def reduce(self, x, reduction="sum"):
        return x


class Fixed:
    """A model that answers every batch of token ids with log-probabilities given beforehand, 0 where none is asked for."""

    training = True

    def __init__(self, rows_by_ids):
        self.rows_by_ids = rows_by_ids

    def __call__(self, input_ids=None, labels=None, **_):
        rows = self.rows_by_ids[int(input_ids[0, 0])]
        mask = labels[:, 1:] != -100
        # The log-probability of token t stands at t − 1, as in TRL's fused head.
        return SimpleNamespace(
            log_probs=torch.where(mask, rows, torch.zeros(())),
            entropy=torch.zeros_like(rows),
            mean_logits=torch.zeros_like(rows),
            is_top1=torch.zeros_like(rows, dtype=torch.bool),
            log_sum_sq_probs=torch.zeros_like(rows),
        )


def trainer(cls, **attributes):
    """An instance of a TRL trainer that skipped its constructor."""
    self = object.__new__(cls)
    common = dict(
        accelerator=OneProcess(),
        aux_loss_enabled=False,
        model=SimpleNamespace(training=True),
        _metrics={"train": defaultdict(list), "eval": defaultdict(list)},
        _total_train_tokens=0,
        _tp_size=1,
    )
    for name, value in {**common, **attributes}.items():
        self.__dict__[name] = value
    return self


def logged(self, names):
    """What a trainer logged, last of each name; names it did not log are left out."""
    return {name: float(self._metrics["train"][name][-1]) for name in names if self._metrics["train"][name]}


def ragged(rows, mask):
    """[sequence][token] without padding, as plain lists."""
    return [row[m.bool()].tolist() for row, m in zip(rows, mask)]


def padded(lists, fill=0.0):
    """Ragged lists to [B, T] and the mask of what is real."""
    longest = max(1, max(len(row) for row in lists))
    values = torch.full((len(lists), longest), fill)
    mask = torch.zeros(len(lists), longest, dtype=torch.long)
    for i, row in enumerate(lists):
        values[i, : len(row)] = torch.tensor(row)
        mask[i, : len(row)] = 1
    return values, mask


class Numbers:
    """Seeded log-probabilities and the like, as ragged lists."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def log_probs(self, lengths, scale=1.5):
        return [(-scale * torch.rand(n, generator=self.generator) - 0.01).tolist() for n in lengths]

    def near(self, rows, scale=0.3):
        """The same rows moved a little, still below 0."""
        return [
            (torch.tensor(row) + scale * torch.randn(len(row), generator=self.generator)).clamp(max=-1e-3).tolist()
            for row in rows
        ]

    def normal(self, n, scale=1.0):
        return (scale * torch.randn(n, generator=self.generator)).tolist()
