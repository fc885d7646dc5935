"""The one place for randomness: numbers that depend only on a seed, a stream name and a key.

A draw is a hash of (seed, stream, key, draw), where the key is the number of the patient, the
encounter or the charge line that the draw is for. So a result does not depend on the order, block
or process in which patients are generated.

Where chance alone would blur what the scenario states (few patients, many departments), draws are
*even*: within a stratum each draw keeps its own distribution, but neighbors share the range of a
draw among them, as in stratified sampling, so that the stratum's mean hardly strays.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from generator.validation import Skewed

# Constants of the splitmix64 generator (Steele, Lea & Flood 2014, public domain).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)

# Quantiles of the standard normal at the middles of equally likely steps: a table instead of a
# formula gives the same digits on every machine, and bounds the values at about 3.7.
_NORMAL_STEPS = 1 << 13
_NORMAL = np.array(
    [NormalDist().inv_cdf((step + 0.5) / _NORMAL_STEPS) for step in range(_NORMAL_STEPS)]
)


# How many neighbors of a stratum share the range of an even draw.
BLOCK = 32


class Streams:
    """Random numbers of one run.

    Args:
        seed: any integer from 0.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._salts: dict[tuple[str, int], np.uint64] = {}

    def integer(self, stream: str) -> int:
        """Return one 32-bit number, to seed another library."""
        return int(self._salt(stream, 0) >> np.uint64(32))

    def uniform(self, stream: str, keys: np.ndarray, draw: int = 0) -> np.ndarray:
        """Draw from [0, 1) for each key.

        Args:
            stream: name of what is drawn; streams are independent of each other.
            keys: integers of any shape.
            draw: number of the draw, where a key needs several from one stream.
        """
        bits = _mix((keys.astype(np.uint64) * _GOLDEN) ^ self._salt(stream, draw))
        return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def normal(self, stream: str, keys: np.ndarray, draw: int = 0) -> np.ndarray:
        """Draw from the standard normal distribution for each key, within about ±3.7."""
        return normal_of(self.uniform(stream, keys, draw))

    def skewed(self, stream: str, keys: np.ndarray, shape: Skewed, draw: int = 0) -> np.ndarray:
        """Draw from a log-normal distribution with the scenario's median and spread."""
        return shape.median * np.exp(shape.spread * self.normal(stream, keys, draw))

    def happens(
        self, stream: str, keys: np.ndarray, share: float | np.ndarray, draw: int = 0
    ) -> np.ndarray:
        """Return True with the given probability, for each key."""
        return self.uniform(stream, keys, draw) < share

    def position(self, stream: str, keys: np.ndarray, size: int) -> np.ndarray:
        """Draw a position in a list of a given size, all equally likely."""
        return (self.uniform(stream, keys) * size).astype(np.int64)

    def pick(
        self, stream: str, keys: np.ndarray, weights: Sequence[float], draw: int = 0
    ) -> np.ndarray:
        """Draw a position in a list of relative weights, for each key."""
        return choose(weights, self.uniform(stream, keys, draw))

    def even(
        self, stream: str, keys: np.ndarray, *strata: np.ndarray, block: int = BLOCK
    ) -> np.ndarray:
        """Draw from [0, 1) for each key, evenly within each stratum.

        Args:
            stream: name of what is drawn.
            keys: integers, shape (n,).
            strata: columns of shape (n,) that define and order the strata: the last may be an order
                (time, risk), the others say what belongs together. Neighbors in that order share
                the range: of `block` neighbors each gets another part of [0, 1).
            block: how many neighbors share the range; 0 for the whole stratum, whose draws are
                then the middles of equal parts, with an exact mean.
        """
        if len(keys) == 0:
            return np.zeros(0)
        order = _sorted(strata)
        fixed = strata if block == 0 else strata[:-1]
        new = np.zeros(len(keys), dtype=bool)
        new[0] = True
        for column in fixed:
            values = column[order]
            new[1:] |= values[1:] != values[:-1]
        if block:
            start = np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))
            new |= (np.arange(len(keys)) - start) % block == 0
        group = np.cumsum(new) - 1
        first = np.flatnonzero(new)
        size = np.diff(first, append=len(keys))[group]
        luck = self.uniform(stream, keys[order], 1)
        place = np.empty(len(keys))
        place[np.argsort(group + luck)] = np.arange(len(keys))
        jitter = 0.5 if block == 0 else self.uniform(stream, keys[order], 2)
        result = np.empty(len(keys))
        result[order] = (place - first[group] + jitter) / size
        return result

    def _salt(self, stream: str, draw: int) -> np.uint64:
        if (stream, draw) not in self._salts:
            entropy = [self.seed, draw, *stream.encode()]
            self._salts[stream, draw] = np.random.SeedSequence(entropy).generate_state(
                1, np.uint64
            )[0]
        return self._salts[stream, draw]


def normal_of(uniform: np.ndarray) -> np.ndarray:
    """Turn draws from [0, 1) into draws from the standard normal distribution, within ±3.7."""
    return _NORMAL[(uniform * _NORMAL_STEPS).astype(np.int64)]


def choose(weights: Sequence[float] | np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Turn draws from [0, 1) into positions in a list of relative weights."""
    return np.searchsorted(cumulative(np.asarray(weights, dtype=float)), uniform, side="right")


def choose_row(weights: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Turn draws into positions by weights of its own for each: shapes (n, k), (n,) -> (n,).

    A row without any weight gives position k, which is none.
    """
    running = np.cumsum(weights, axis=1)
    total = running[:, -1]
    chosen = (running <= (uniform * total)[:, None]).sum(axis=1)
    return np.asarray(np.where(total > 0, chosen, weights.shape[1]))


def systematic(
    share: np.ndarray, stratum: np.ndarray, order: np.ndarray, carry: np.ndarray
) -> np.ndarray:
    """Choose with the probability of its own for each, evenly within each stratum.

    Systematic sampling with unequal probabilities (Madow 1949): of a stratum, and of every stretch
    of it in its order, as many are chosen as their probabilities add up to, give or take one, also
    over several calls that hand on `carry`.

    Args:
        share: probabilities, shape (n,).
        stratum: numbers from 0 of what belongs together, shape (n,).
        order: the order within a stratum, shape (n,).
        carry: what is left over of each stratum, in [0, 1), at first random; changed in place.
    """
    result = np.zeros(len(share), dtype=bool)
    for number in np.unique(stratum):
        rows = np.flatnonzero(stratum == number)
        rows = rows[np.argsort(order[rows], kind="stable")]
        edges = carry[number] + np.concatenate([[0.0], np.cumsum(share[rows])])
        result[rows] = np.diff(np.floor(edges)) > 0
        carry[number] = edges[-1] % 1
    return result


def _sorted(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Positions in the order of all columns, the first one foremost; equals keep their order."""
    if any(column.dtype.kind == "f" for column in columns):
        return np.lexsort(columns[::-1])
    combined = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        low, high = int(column.min()), int(column.max())
        combined = combined * (high - low + 1) + (column - low)
    if combined.max() < 1 << 16:
        combined = combined.astype(np.uint16)  # sorted by radix
    return np.argsort(combined, kind="stable")


def cumulative(weights: np.ndarray) -> np.ndarray:
    """Return upper edges in [0, 1] of relative weights along the last axis; the last edge is 1."""
    edges = np.cumsum(weights, axis=-1)
    edges = edges / edges[..., -1:]
    edges[..., -1] = 1.0
    return np.asarray(edges)


def _mix(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return np.asarray(bits ^ (bits >> np.uint64(31)))
