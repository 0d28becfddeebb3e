"""Letters of the training pool: taken in, declined, may they be released, what the manager said."""

from collections.abc import Sequence
from datetime import datetime

from ..catalogue.models import Course
from ..notifications.actions import post
from ..partnerships.models import Partnership
from .models import PoolApplication, ReleaseRequest


def about_release(request: ReleaseRequest) -> str:
    """What a letter of such a question is about, for finding and withdrawing it."""
    return f"release:{request.public_id}"


def about_application(application: PoolApplication) -> str:
    """What a letter of somebody who would like to join is about."""
    return f"pool-application:{application.public_id}"


def tell_accepted(
    application: PoolApplication, courses: Sequence[Course], host: Partnership, *, now: datetime
) -> None:
    """They belong to the pool now, and what they may deliver."""
    post(
        "pool-accepted",
        key=f"{about_application(application)}:accepted",
        to_email=application.person.email,
        to_name=application.person.name,
        partnership=host,
        now=now,
        about=about_application(application),
        courses=courses,
        asks_manager=bool(application.manager_email),
    )


def tell_declined(application: PoolApplication, host: Partnership, *, why: str, now: datetime) -> None:
    """They do not, and why."""
    post(
        "pool-declined",
        key=f"{about_application(application)}:declined",
        to_email=application.person.email,
        to_name=application.person.name,
        partnership=host,
        now=now,
        about=about_application(application),
        why=why,
    )


def ask_release(
    request: ReleaseRequest, host: Partnership, token: str, *, now: datetime, again: bool = False
) -> None:
    """The mail with the link; the first, or the reminder."""
    post(
        "release-asked",
        key=f"{about_release(request)}:{'again' if again else 'asked'}",
        to_email=request.manager_email,
        to_name=request.manager_name,
        partnership=host,
        now=now,
        about=about_release(request),
        expires_at=request.expires_at,
        secret=True,  # whoever has the link decides
        whom=request.member.person.name,
        days_offered=request.member.days_offered,
        released_until=request.until_on,
        until=request.expires_at,
        token=token,
        again=again,
    )


def tell_release(request: ReleaseRequest, host: Partnership, *, now: datetime) -> None:
    """What their manager said."""
    post(
        "release-answered",
        key=f"{about_release(request)}:answered",
        to_email=request.member.person.email,
        to_name=request.member.person.name,
        partnership=host,
        now=now,
        about=about_release(request),
        by=request.manager_name or request.manager_email,
        agreed=request.answer == "agreed",
        released_until=request.until_on,
        why=request.why,
    )
