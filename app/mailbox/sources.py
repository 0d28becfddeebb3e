"""Where the installation's mail comes from: an IMAP server, a folder of .eml files, or nowhere."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..notifications.oauth import tokens_for
from .imap import Imap
from .incoming import A_ROUND, Away, Incoming, Source
from .mime import HEADER_BYTES, MOST_BYTES

log = logging.getLogger("roundtable")
READ = "read"


class Folder:
    """A folder of .eml files; those taken in move into its folder ``read``, unless they are to stay."""

    key = "file"

    def __init__(self, folder: Path, *, leave: bool = False) -> None:
        self.folder, self.leave = folder, leave

    def mails(self) -> Iterator[Incoming]:
        """The files by name; no others, and no links to elsewhere."""
        for path in sorted(self.folder.glob("*.eml"))[: None if self.leave else A_ROUND]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                size = path.stat().st_size
                with path.open("rb") as file:
                    raw = file.read(HEADER_BYTES if size > MOST_BYTES else MOST_BYTES)
            except OSError as error:
                log.error("mail file unread", extra={"fields": {"error": type(error).__name__}})
                continue
            yield Incoming(path.name, raw, size)

    def taken(self, mail: Incoming) -> None:
        """Put the file aside; one of the same name that was there before stays."""
        if self.leave:
            return
        aside, number = self.folder / READ, 0
        try:
            aside.mkdir(exist_ok=True)
            goal = aside / mail.name
            while goal.exists():
                number += 1
                goal = aside / f"{mail.name.removesuffix('.eml')}-{number}.eml"
            (self.folder / mail.name).rename(goal)
        except OSError as error:
            raise Away(f"The mail folder cannot be changed: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is held."""


def source_for(config: Mapping[str, Any]) -> Source | None:
    """The mailbox the installation's settings name; None for none. Raises ValueError."""
    kind = config["MAILBOX"]
    if kind == "folder":
        return Folder(Path(config["MAILBOX_FOLDER"]))
    if kind != "imap":
        return None
    return Imap(
        config["IMAP_HOST"],
        config["IMAP_PORT"],
        tls=config["IMAP_TLS"],
        user=config["IMAP_USER"],
        password=config["IMAP_PASSWORD"],
        folder=config["IMAP_FOLDER"],
        tokens=tokens_for(config, "IMAP"),
    )
