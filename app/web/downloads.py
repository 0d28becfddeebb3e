"""A file that somebody gave us, handed on: to be kept and not opened on our site, so it can do nothing here."""

from flask import Response


def as_download(content: bytes | None, media_type: str, name: str) -> Response:
    """The file for this person alone, under its name."""
    answer = Response(content or b"", content_type=media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
