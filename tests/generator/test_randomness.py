"""The properties that the generator's randomness promises."""

from __future__ import annotations

import numpy as np
import pytest

from generator.randomness import Streams, choose, choose_row, normal_of, systematic

KEYS = np.arange(1, 20_001)


def test_draws_are_uniform_and_differ_by_seed_stream_and_draw():
    first = Streams(1).uniform("a", KEYS)
    assert first.min() >= 0
    assert first.max() < 1
    counts = np.bincount((first * 20).astype(int), minlength=20)
    chi_squared = ((counts - 1000) ** 2 / 1000).sum()
    assert chi_squared < 50  # 19 degrees of freedom: once in 7,000
    for other in (
        Streams(2).uniform("a", KEYS),
        Streams(1).uniform("b", KEYS),
        Streams(1).uniform("a", KEYS, 1),
    ):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.03


def test_a_draw_depends_on_its_key_alone():
    streams = Streams(5)
    whole = streams.uniform("a", KEYS)
    some = KEYS[::-7]
    assert (streams.uniform("a", some) == whole[some - 1]).all()


def test_even_draws_keep_their_distribution_and_spread_evenly():
    streams = Streams(3)
    stratum = KEYS % 7
    drawn = streams.even("a", KEYS, stratum, KEYS * 0)
    shares = []
    for number in range(7):
        here = drawn[stratum == number]
        shares.append(np.bincount((here * 10).astype(int), minlength=10) / len(here))
    assert np.mean(shares) == pytest.approx(0.1)
    # Half as scattered as independent draws, or less.
    assert np.std(shares) < 0.5 * np.sqrt(0.1 * 0.9 / len(here))
    # A stretch of an ordered stratum is even too.
    ordered = streams.even("b", KEYS, KEYS * 0, KEYS)
    stretches = (ordered.reshape(-1, 250) < 0.3).sum(axis=1)
    assert stretches.std() < 0.5 * np.sqrt(250 * 0.3 * 0.7)
    assert abs(np.corrcoef(ordered[:-1], ordered[1:])[0, 1]) < 0.06


def test_even_draws_of_two_streams_are_independent():
    streams = Streams(3)
    one, two = (streams.even(name, KEYS, KEYS * 0, KEYS) for name in ("one", "two"))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


def test_a_whole_stratum_has_an_exact_mean():
    drawn = Streams(3).even("a", KEYS[:37], KEYS[:37] * 0, block=0)
    assert drawn.mean() == pytest.approx(0.5)
    assert sorted(drawn) == pytest.approx((np.arange(37) + 0.5) / 37)


def test_systematic_sampling_keeps_probabilities_and_counts():
    share = np.where(KEYS % 3 == 0, 0.6, 0.1)
    stratum = KEYS % 2
    chosen = np.zeros(len(KEYS))
    for seed in range(40):
        carry = Streams(seed).uniform("carry", np.arange(2))
        halves = [
            systematic(s, g, k, carry)
            for k, s, g in zip(
                np.split(KEYS, 2), np.split(share, 2), np.split(stratum, 2), strict=True
            )
        ]
        drawn = np.concatenate(halves)
        for number in range(2):
            here = stratum == number
            assert abs(drawn[here].sum() - share[here].sum()) <= 1.001
        chosen += drawn
    often = chosen[KEYS % 3 == 0].mean() / 40
    assert often == pytest.approx(0.6, abs=0.01)


def test_choices():
    assert choose([0, 2, 2], np.array([0.0, 0.49, 0.5, 0.99])).tolist() == [1, 1, 2, 2]
    weights = np.array([[0, 1.0, 0], [1, 0, 1], [0, 0, 0]])
    assert choose_row(weights, np.array([0.99, 0.6, 0.5])).tolist() == [1, 2, 3]


def test_normal_quantiles():
    values = normal_of((np.arange(100_000) + 0.5) / 100_000)
    assert values.mean() == pytest.approx(0, abs=1e-4)
    assert values.std() == pytest.approx(1, abs=2e-3)
