"""How many encounters two lists of pages have missed: capture-recapture by two publishers' lists.

Chapman's estimator (Chapman 1951; Seber, The Estimation of Animal Abundance, 1982, section 3.1),
with the log-normal interval of Chao (Biometrics 45, 1989, 427-438), which never falls below what
was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

#: Below so many encounters on both lists the estimate is little but chance.
FEWEST_ON_BOTH = 7
#: The 97.5 % point of the normal distribution.
Z = 1.959964


@dataclass(frozen=True)
class Estimate:
    """The number of encounters in the population, with its 95 % interval, in encounters."""

    number: float
    low: float
    high: float


def chapman(first: int, second: int, both: int) -> Estimate:
    """The population behind two lists of ``first`` and ``second`` encounters, ``both`` on each.

    Raises:
        ValueError: more on both lists than on one of them, or a negative count.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError(f"{both} on both lists of {first} and {second}")
    number = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (
        (first + 1)
        * (second + 1)
        * (first - both)
        * (second - both)
        / ((both + 1) ** 2 * (both + 2))
    )
    seen = first + second - both
    unseen = number - seen
    if unseen <= 0 or variance == 0:
        return Estimate(number, float(seen), number)
    spread = exp(Z * sqrt(log(1 + variance / unseen**2)))
    return Estimate(number, seen + unseen / spread, seen + unseen * spread)
