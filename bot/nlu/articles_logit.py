"""A conditional logit: which of many alternatives, or none of them, by features of each (McFadden 1974).

https://en.wikipedia.org/wiki/Discrete_choice#F._Logit_with_variables_that_vary_over_alternatives_(also_called_conditional_logit)
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from bot.nlu import linear

_L2 = 1.0
_MOST_STEPS = 300


@dataclass
class Logit:
    """``weights``: of an alternative's features; ``none``: of what speaks for none of them, the last one constant."""

    weights: np.ndarray
    none: np.ndarray

    def probabilities(self, features: np.ndarray, others: np.ndarray) -> np.ndarray:
        """(cases, alternatives, features) and (cases, others) to (cases, alternatives and none)."""
        last = others @ self.none[:-1] + self.none[-1]
        return linear.softmax(np.concatenate([features @ self.weights, last[:, None]], axis=1))


def fit(features: np.ndarray, others: np.ndarray, chosen: np.ndarray) -> Logit:
    """``chosen``: (cases,) the alternative, or their count for none; shapes as in ``Logit.probabilities``."""
    cases, count, width = features.shape
    flat = features.reshape(-1, width)
    spread, other_spread = flat.std(axis=0) + 1e-6, others.std(axis=0) + 1e-6
    # what all alternatives have in common says nothing of which one: only the others need a middle
    scaled, scaled_others = features / spread, others / other_spread
    at = (np.arange(cases), chosen)

    def loss(packed: np.ndarray) -> tuple[float, np.ndarray]:
        logit = Logit(packed[:width], packed[width:])
        found = logit.probabilities(scaled, scaled_others)
        worth = -np.log(found[at] + 1e-12).sum() + _L2 / 2 * (packed[:-1] @ packed[:-1])
        found[at] -= 1
        slope = np.concatenate(
            [
                found[:, :count].ravel() @ scaled.reshape(-1, width),
                found[:, count] @ scaled_others,
                [found[:, count].sum()],
            ]
        )
        slope[:-1] += _L2 * packed[:-1]
        return float(worth / cases), np.asarray(slope / cases, float)

    start = np.zeros(width + others.shape[1] + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS}).x
    none = best[width:].copy()
    none[:-1] /= other_spread
    return Logit(best[:width] / spread, none)
