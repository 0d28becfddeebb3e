"""A PDF as an answer, and what to say where this machine cannot make one."""

from flask import Response, make_response

from .problems import problem

DEBIAN = "apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def as_printed(content: bytes, name: str) -> Response:
    """The PDF for this person alone, under its name."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type="application/pdf", headers=headers)


def cannot_print(lacking: str, until_then: str, *, back: str, label: str = "Back") -> Response:
    """503 with what can be done until then, what is missing (as the loader said it), and what brings it."""
    return make_response(
        problem(
            503,
            until_then,
            f"For whoever looks after the site: the machine lacks Pango ({lacking.splitlines()[0][:160]}). "
            f"On Debian: {DEBIAN}",
            heading="The PDF cannot be made",
            actions=({"label": label, "href": back},),
        ),
        503,
        {"Retry-After": "3600"},
    )
