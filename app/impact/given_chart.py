"""Days given by agency, drawn: training delivered in front of all that was given. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .bars import Strip, strips
from .charts import NOTHING, chart_key
from .drawing import PALETTE, Drawing, Palette


@dataclass(frozen=True)
class GivenRow:
    """An agency, or the experts: days of training, and days given with their preparation."""

    label: str
    delivered: Decimal
    given: Decimal

    @property
    def sentence(self) -> str:
        """The row in words."""
        return f"{self.label}: {self.given} days given, of these {self.delivered} days of training."


def given_chart(rows: Sequence[GivenRow], *, title: str, palette: Palette = PALETTE) -> Drawing:
    """A strip for each row, in the order given."""
    shown = [
        Strip(
            row.label,
            f"{row.given}",
            float(row.delivered),
            aside=f"{row.delivered} of training",
            track=float(row.given),
        )
        for row in rows
    ]
    description = " ".join(row.sentence for row in rows) or NOTHING
    key = chart_key("given", rows, palette, title, description)
    return Drawing("given", title, description, key, palette, lambda on: strips(on, shown))
