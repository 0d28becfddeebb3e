"""Ways out for a text message: a provider's HTTP interface, a folder of files, or nowhere.

A transport sends one text or raises ``Unsent``. No network stands behind a mail's queue because texts cannot leave:
each is tried again by itself, until what it tells is over.
"""

import http.client
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from .remote import Watch, address_of, connection_to, post, short
from .transports import Unsent

PATIENCE = 20  # seconds for a connection, and for one answer
BUDGET = 40  # seconds for a whole answer, however slowly it comes
LONGEST_ANSWER = 2000
KINDS = ("none", "folder", "http", "demonstration")


class TextTransport(Protocol):
    """What the worker sends texts with."""

    def send(self, text: str, *, to: str, name: str) -> None:
        """Send the text to one number in E.164; ``name`` is the letter's own. Raises Unsent."""


class Nowhere:
    """No way is set: what still lies in the outbox is given up, and says why."""

    def send(self, text: str, *, to: str, name: str) -> None:
        """Refuse it."""
        raise Unsent("No way to send text messages is set (TEXT_TRANSPORT).", for_good=True)


class Demonstration:
    """Keeps texts where they are: in the outbox, to be read there."""

    def send(self, text: str, *, to: str, name: str) -> None:
        """Nothing leaves this machine."""


class TextFolder:
    """Writes each text as a file, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, text: str, *, to: str, name: str) -> None:
        """Write ``<name>.txt``: the number, an empty line, the text."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}.part"
            draft.write_text(f"To: {to}\n\n{text}\n", encoding="utf-8")
            draft.replace(self.folder / f"{name}.txt")
        except OSError as error:
            raise Unsent(f"The folder of texts cannot be written: {error.strerror}") from error


class HttpProvider:
    """A provider that takes a JSON object by POST, with a bearer key.

    ``{"from": sender, "to": "+447700900123", "text": "...", "reference": name}``. Any 2xx is taken as sent; 408, 425 and
    429 and every 5xx are tried again, other answers given up. A redirect is never followed: the key and the number are
    for this host alone.
    """

    def __init__(
        self, url: str, *, key: str, sender: str, patience: float = PATIENCE, budget: float = BUDGET
    ) -> None:
        self.address = address_of(url, setting="TEXT_URL", travels="the key and people's numbers travel")
        self.key, self.sender, self.patience, self.budget = key, sender, patience, budget

    def send(self, text: str, *, to: str, name: str) -> None:
        """Hand it over. What broke off once it was under way may have left, so it is not tried again by itself."""
        said = {"from": self.sender, "to": to, "text": text, "reference": name}
        connection = connection_to(self.address, self.patience)
        try:
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as error:
                raise Unsent(f"The provider of texts cannot be reached: {short(error)}") from error
            watch = Watch(connection.sock, self.budget)
            try:
                status, answer = self.exchange(connection, json.dumps(said).encode())
            except (OSError, http.client.HTTPException) as error:
                raise Unsent(f"The provider broke off: {short(error)}", unsure=True) from error
            finally:
                watch.end()
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise Unsent(
                f"The provider said {status}: {answer}",
                for_good=status < 500 and status not in (408, 425, 429),
            )

    def exchange(self, connection: http.client.HTTPConnection, body: bytes) -> tuple[int, str]:
        """Post the body; the answer's status and its first words."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        headers["Authorization"] = f"Bearer {self.key}"
        status, answer = post(connection, self.address, body, headers, longest=LONGEST_ANSWER)
        return status, " ".join(answer.decode("utf-8", "replace").split())[:200]


def text_transport_for(config: Mapping[str, Any]) -> TextTransport:
    """The transport the installation's settings ask for. Raises ValueError for one we do not know."""
    kind = config["TEXT_TRANSPORT"]
    if kind not in KINDS:
        raise ValueError(f"TEXT_TRANSPORT is {kind!r}: say {', '.join(KINDS)}")
    if kind == "folder":
        return TextFolder(Path(config["TEXT_FOLDER"]))
    if kind != "http":
        return Demonstration() if kind == "demonstration" else Nowhere()
    if not config["TEXT_KEY"] or not config["TEXT_SENDER"]:
        raise ValueError("TEXT_TRANSPORT is http: say TEXT_URL, TEXT_KEY and TEXT_SENDER too")
    return HttpProvider(config["TEXT_URL"], key=config["TEXT_KEY"], sender=config["TEXT_SENDER"])
