"""Capture-recapture against worked examples and a population whose size is known."""

from __future__ import annotations

import random

import pytest

from zhonglianbu.estimate import chapman


def test_a_worked_example_gives_its_published_number() -> None:
    # 10 marked, 15 caught later, 5 of them marked: 16 * 11 / 6 - 1, the textbook's 28.3.
    assert chapman(10, 15, 5).number == pytest.approx(28.33, abs=0.01)


def test_lists_that_agree_in_all_leave_nothing_unseen() -> None:
    estimate = chapman(20, 20, 20)
    assert (estimate.number, estimate.low, estimate.high) == (20, 20, 20)


def test_the_interval_never_falls_below_what_was_seen() -> None:
    estimate = chapman(300, 40, 12)
    assert 300 + 40 - 12 <= estimate.low < estimate.number < estimate.high


@pytest.mark.parametrize("counts", [(3, 5, 4), (5, 3, 4), (5, 5, -1)])
def test_impossible_counts_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="on both lists"):
        chapman(*counts)


def test_the_interval_holds_a_known_population_about_as_often_as_it_says() -> None:
    draw = random.Random(1951)
    held = 0
    for _ in range(400):
        first = {one for one in range(1000) if draw.random() < 0.4}
        second = {one for one in range(1000) if draw.random() < 0.3}
        estimate = chapman(len(first), len(second), len(first & second))
        held += estimate.low <= 1000 <= estimate.high
    assert 0.92 <= held / 400 <= 0.98
