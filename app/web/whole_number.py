"""A number that people type: whole, and small enough to be meant."""

from typing import Any

from wtforms import IntegerField

# Nobody means more digits than this; far longer ones are more than the checks that follow can hold.
MOST_DIGITS = 9


class WholeNumber(IntegerField):
    """A whole number of a few digits; ``wrong`` is what is said of anything else."""

    data: Any

    def __init__(self, *args: Any, wrong: str = "Enter a whole number", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wrong = wrong

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what is no number, or far too long to be one that is meant."""
        typed = (valuelist[0] if valuelist else "").strip()
        if len(typed) > MOST_DIGITS:
            self.data = None
            raise ValueError("Enter a smaller number")
        try:
            super().process_formdata([typed] if valuelist else [])
        except ValueError:
            raise ValueError(self.wrong) from None
