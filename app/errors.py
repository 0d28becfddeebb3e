"""What a rule forbids, as an exception whose text is the sentence a person reads."""


class Refused(Exception):
    """A rule says no. The message is shown to the person as it is (page with status 409)."""

    def __init__(self, sentence: str, *, reason: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.reason = reason
