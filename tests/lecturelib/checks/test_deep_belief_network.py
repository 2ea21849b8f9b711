"""The checks of the chapter on deep belief networks."""

from itertools import product

import numpy as np
from contracts.checks import CheckContract

from lecturelib.checks import deep_belief_network


def by_softplus(v, W, b, c):
    return -(v @ c) - np.logaddexp(0, v @ W + b).sum(axis=1)


def by_counting(v, W, b, c):
    found = []
    for row in v:
        weights = [
            np.exp(row @ W @ np.array(h) + b @ np.array(h) + c @ row)
            for h in product((0, 1), repeat=len(b))
        ]
        found.append(-np.log(np.sum(weights)))
    return found


def by_products(v, p, v1, p1):
    return (v.T @ p - v1.T @ p1) / len(v)


def by_loops(v, p, v1, p1):
    found = np.zeros((v.shape[1], p.shape[1]))
    for n in range(len(v)):
        found += np.outer(v[n], p[n]) - np.outer(v1[n], p1[n])
    return found / len(v)


class TestDeepBeliefNetwork(CheckContract):
    check = deep_belief_network
    NUMBERS = {
        "hidden_third": [0.8, 0.2, 4, 0.88, 0.333, 0.5],
        "free_zero": [-4, 0, 4, -2.77, -16],
        "p_zero": [0.035, 0.002, 0.009, 0.125],
        "step_third": [-0.67, 0.67, -0.8, 0.13, 0.8],
        "terms": [4096, 2.0**64, 2.0**76, 768, 24],
        "inherited": [16576, 16384, 16768, 17226],
    }
    CHOICES = {
        "independent": "No weight",
        "drawn": ("The hidden units from which", "The visible units"),
        "falling": "Nothing",
        "direction": "Those of the topmost",
    }
    RIGHT = {"free_energy": [by_softplus, by_counting], "contrast": [by_products, by_loops]}
    WRONG = {
        "free_energy": [
            (lambda v, W, b, c: -by_softplus(v, W, b, c), "minus the free energy"),
            (lambda v, W, b, c: by_softplus(v, W, b, 0 * c), "visible biases are missing"),
            (lambda v, W, b, c: by_softplus(v, W, 0 * b, c), "hidden biases are missing"),
            (lambda v, W, b, c: -(v @ c) - (v @ W + b).sum(axis=1), "all hidden units on"),
            (lambda v, W, b, c: by_softplus(v, W, b, -c), "sign of the visible biases"),
            (lambda v, W, b, c: by_softplus(v, W, b, c).sum(), "each row has its own"),
            (
                lambda v, W, b, c: -(v @ c) - np.log1p(np.exp(v @ W + b).sum(axis=1)),
                "each has a sum of its own",
            ),
            (lambda v, W, b, c: 2 * by_softplus(v, W, b, c), "Test it with W = 0"),
        ],
        "contrast": [
            (lambda v, p, v1, p1: -by_products(v, p, v1, p1), "less likely"),
            (lambda v, p, v1, p1: 4 * by_products(v, p, v1, p1), "not the mean"),
            (lambda v, p, v1, p1: by_products(v, p, v1, p1).T, "transposed"),
            (lambda v, p, v1, p1: v.T @ p / 4, "what the chain says is missing"),
            (lambda v, p, v1, p1: -v1.T @ p1 / 4, "what the data say is missing"),
            (lambda v, p, v1, p1: by_products(v, p, v, p1), "visible units of the data"),
            (lambda v, p, v1, p1: by_products(v, p, v1, p), "hidden probabilities of the data"),
            (
                lambda v, p, v1, p1: (
                    np.outer(v.mean(0), p.mean(0)) - np.outer(v1.mean(0), p1.mean(0))
                ),
                "mean of the products",
            ),
            (lambda v, p, v1, p1: v.T @ p1, "outer product"),
        ],
    }
