"""What the letters about open registers are about: closing the register withdraws what waits."""


def about_register(event_id: int) -> str:
    """A letter to a trainer."""
    return f"register:{event_id}"


def about_registers(partnership_id: int) -> str:
    """The administrators' list."""
    return f"registers:{partnership_id}"
