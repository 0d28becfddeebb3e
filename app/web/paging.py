"""Pages of a long list: which one is asked for in the address, and the addresses of the others."""

from dataclasses import dataclass
from math import ceil
from urllib.parse import urlencode

from flask import request

from .addresses import row_number

A_PAGE = 25


@dataclass(frozen=True)
class Paging:
    """One page of a list with ``count`` rows.

    ``key`` names the page's number in the address; ``at`` is the id of the list's heading, where it has one: on a
    page with two lists the reader stays at theirs.
    """

    number: int
    count: int
    size: int = A_PAGE
    key: str = "page"
    at: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are: at least one."""
        return max(1, ceil(self.count / self.size))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    def href(self, number: int) -> str:
        """The address of another page of this list, everything else as it is."""
        kept = request.args.to_dict(flat=False) | {self.key: [str(number)]}
        return f"{request.path}?{urlencode(kept, doseq=True)}{'#' if self.at else ''}{self.at}"


def paging(count: int, *, size: int = A_PAGE, key: str = "page", at: str = "") -> Paging:
    """The page that is asked for, or the nearest there is."""
    last = max(1, ceil(count / size))
    asked = request.args.get(key, 1, type=row_number)
    return Paging(min(max(asked, 1), last), count, size, key, at)
