"""The search step: full, with widths, pruned; beside PyTorch and the machine's matrix product."""

from bench.contender import MATRIX
from bench.contest import Timing, contest
from bench.shapes import SHARES, Shape, genotype
from goldnas_tf.architecture import costs

# forward, and the gradients of inputs and of weights, cost the same each
PASSES = 3
_WIDTHS = "goldnas_tf, widths"


def measure(shape: Shape, turns: int, rivals: list[str], variants: list[str]) -> list[dict]:
    """Times the steps of one shape in turns.

    Args:
        shape: of supernet and batch.
        turns: of each contender.
        rivals: PyTorch's contenders, as "torch eager".
        variants: options of our full step to time besides, as "xla" or "xla bfloat16".

    Returns:
        A row for each contender.
    """
    ours = {_label(share): ("goldnas_tf", shape, share) for share in SHARES}
    ours |= {_WIDTHS: ("goldnas_tf", shape.with_widths, 1.0)}
    ours |= {f"goldnas_tf {options}": (f"goldnas_tf {options}", shape, 1.0) for options in variants}
    others = {name: (name, shape, 1.0) for name in rivals}
    timings = contest({**ours, **others, "product": ("product", shape, 1.0)}, turns)
    rate = MATRIX**3 / timings.pop("product").median
    full = timings[_label(1.0)]
    macs = {_label(share): costs.total(genotype(shape.space, share)).macs for share in SHARES}
    whole = macs[_label(1.0)]
    return [
        _row(shape, label, timing, full, macs.get(label, whole), rate)
        for label, timing in timings.items()
    ]


def _label(share: float) -> str:
    return "goldnas_tf" if share == 1.0 else f"goldnas_tf, {share:.0%} of the operators"


def _row(shape: Shape, label: str, timing: Timing, full: Timing, macs: int, rate: float) -> dict:
    return {
        "shape": str(shape),
        "contender": label,
        "macs": macs,
        "step_ms": 1e3 * timing.median,
        "spread": timing.spread,
        "images_per_second": shape.batch / timing.median,
        "of_full_step": 1 / timing.ratio(full),
        "of_product_rate": PASSES * macs * shape.batch / timing.median / rate,
        "peak_memory_gb": timing.peak_memory / 1e9,
        "first_step_s": timing.first_step,
    }
