"""Chance that is the same every time: each part draws from a source of its own, named by what it is for.

Public ids come from the same names. So anybody who reads this file can work them out: the demonstration holds
nothing that is anybody's secret.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

SEED = "nscp demonstration"
Thing = TypeVar("Thing")


def chance(*purpose: object) -> Random:
    """A source of chance for one purpose; naming the purpose again starts it again."""
    return Random("/".join(map(str, (SEED, *purpose))))


def public_id(*name: object, length: int = 16) -> str:
    """The public id of the thing with that name, as long as the real ones."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *name))).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:length]


def weighted(
    draw: Random, things: Iterable[Thing], count: int, weight: Callable[[Thing], float]
) -> list[Thing]:
    """That many different things, the heavier the likelier (Efraimidis and Spirakis 2006); fewer if there are fewer."""
    keyed = [
        (draw.random() ** (1 / w), place, thing)
        for place, thing in enumerate(things)
        if (w := weight(thing)) > 0
    ]
    keyed.sort(key=lambda key: (-key[0], key[1]))
    return [thing for _, _, thing in keyed[:count]]


def pick(draw: Random, options: Sequence[tuple[Thing, float]]) -> Thing:
    """One of the options by its weight."""
    return draw.choices([o for o, _ in options], [w for _, w in options])[0]


def split(total: int, weights: Sequence[float]) -> list[int]:
    """A total split in proportion to the weights, to the unit (largest remainders)."""
    whole = sum(weights)
    exact = [total * w / whole for w in weights]
    shares = [int(x) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in order[: total - sum(shares)]:
        shares[i] += 1
    return shares
