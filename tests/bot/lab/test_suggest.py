"""Likely label errors and pairs of labels that are hard to tell apart, from probabilities out of fold."""

import numpy as np

from bot.lab.suggest import confused, likely_errors

NAMES = ["affirm", "billing_detail", "ticket_status/urge"]


def sure(column: int, rest: float = 0.02) -> "list[float]":
    return [1 - 2 * rest if column == each else rest for each in range(3)]


def test_an_example_that_everything_says_is_another_label_is_a_likely_error() -> None:
    given = np.array([0] * 20 + [1] * 20 + [2] * 20)
    probabilities = np.array([sure(column) for column in given])
    probabilities[3] = sure(1)  # surely wrong
    probabilities[50] = [0.30, 0.31, 0.39]  # unsure, and right
    assert likely_errors(given, probabilities, NAMES) == [
        {"index": 3, "label": "billing_detail", "sure": 0.96, "given": 0.02},
    ]


def test_nothing_is_wrong() -> None:
    given = np.array([0, 1, 2] * 10)
    probabilities = np.array([sure(column) for column in given])
    assert likely_errors(given, probabilities, NAMES) == []
    assert confused(given, probabilities, NAMES) == []


def test_pairs_that_are_confused_most_come_first_with_the_closest_examples() -> None:
    given = np.array([0, 0, 0, 1, 2])
    probabilities = np.array([sure(1), [0.4, 0.5, 0.1], sure(0), sure(0), sure(1)])
    assert confused(given, probabilities, NAMES) == [
        {"labels": ["affirm", "billing_detail"], "wrong": 3, "examples": [1, 0, 3]},
        {"labels": ["billing_detail", "ticket_status/urge"], "wrong": 1, "examples": [4]},
    ]
