"""How much a set of networks is worth: the volume of what it dominates."""

from collections.abc import Sequence

import numpy as np
from pymoo.indicators.hv import HV


def hypervolume(aims: Sequence[Sequence[float]], reference: Sequence[float]) -> float:
    """The share of the box between 0 and a reference point that networks dominate.

    Args:
        aims: of each network what is minimised, at least 0. One that is beyond the reference in any
            aim dominates nothing.
        reference: the worst that counts, above 0 in every aim.

    Returns:
        A share in [0, 1]; 0 of no networks.
    """
    if not len(aims):
        return 0.0
    return float(HV(ref_point=np.ones(len(reference)))(np.array(aims) / np.array(reference)))
