"""What a sign-in service (OAuth 2) answers: a token, or why there is none, as a sentence for the administrator. Pure.

Of an answer without a token nothing is repeated but codes that we know by name: a service may say back what it was
sent, and that held the secret. The numbers are Microsoft's.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

UNSAID = 300  # seconds a token is kept of which nobody said how long it holds
LONGEST = 86_400

SECRET = (
    "the sign-in service refuses the secret: check MAIL_OAUTH_CLIENT_SECRET (its value, not its ID)"
    " and MAIL_OAUTH_CLIENT_ID"
)
SECRET_OVER = "the client secret has run out: make a new one and put it into MAIL_OAUTH_CLIENT_SECRET"
CLIENT = (
    "the sign-in service does not know the application: check MAIL_OAUTH_CLIENT_ID, and the tenant in"
    " MAIL_OAUTH_TOKEN_URL"
)
DISABLED = "the application is switched off in the tenant, or a policy there keeps it out"
TENANT = "the sign-in service knows no such tenant: check MAIL_OAUTH_TOKEN_URL"
SCOPE = "the sign-in service refuses the scope: check MAIL_OAUTH_SCOPE"
CONSENT = "no administrator of the tenant has agreed to what the application may do"
GRANT = "the refresh token no longer holds: make a new one and put it into MAIL_OAUTH_REFRESH_TOKEN"
KIND = "the sign-in service gives an application no token by itself: set MAIL_OAUTH_REFRESH_TOKEN"
BUSY = "the sign-in service is busy or broken; it is asked again by itself"
ASKED_WRONGLY = (
    "the sign-in service does not understand us: check MAIL_OAUTH_TOKEN_URL, MAIL_OAUTH_CLIENT_ID and"
    " MAIL_OAUTH_SCOPE"
)
BY_NUMBER = {
    "AADSTS7000215": SECRET,
    "AADSTS7000222": SECRET_OVER,
    "AADSTS700016": CLIENT,
    "AADSTS700038": CLIENT,
    "AADSTS7000112": DISABLED,
    "AADSTS53003": DISABLED,
    "AADSTS90002": TENANT,
    "AADSTS900023": TENANT,
    "AADSTS900021": TENANT,
    "AADSTS500011": SCOPE,
    "AADSTS70011": SCOPE,
    "AADSTS1002012": SCOPE,
    "AADSTS65001": CONSENT,
}
BY_ERROR = {
    "invalid_client": SECRET,
    "unauthorized_client": CLIENT,
    "invalid_scope": SCOPE,
    "invalid_resource": SCOPE,
    "invalid_target": SCOPE,
    "invalid_grant": GRANT,
    "unsupported_grant_type": KIND,
    "consent_required": CONSENT,
    "access_denied": CONSENT,
    "temporarily_unavailable": BUSY,
    "server_error": BUSY,
    "invalid_request": ASKED_WRONGLY,
}


@dataclass(frozen=True)
class Given:
    """A token, and for how many seconds it holds."""

    token: str = field(repr=False)
    seconds: float


def answered(status: int, body: bytes) -> Given | str:
    """What came: a token, or the sentence that says which setting is wrong."""
    found = fields_of(body)
    if status == 200 and (given := given_in(found)):
        return given
    return why_none(status, found)


def fields_of(body: bytes) -> dict[str, Any]:
    """The answer's fields; none where it is no JSON object."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def given_in(found: dict[str, Any]) -> Given | None:
    """The token in an answer, if it is one that we can use."""
    token, kind = found.get("access_token"), found.get("token_type", "Bearer")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]{1,20000}", token):
        return None
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return None
    return Given(token, seconds_in(found.get("expires_in")))


def seconds_in(said: object) -> float:
    """For how long a token holds; some services say the number as a text."""
    if isinstance(said, (int, str)) and re.fullmatch(r"[0-9]{1,9}", str(said)):
        return float(min(int(said), LONGEST))
    return UNSAID


def why_none(status: int, found: dict[str, Any]) -> str:
    """Why there is no token: by Microsoft's number, by the standard's word, or by the status alone."""
    error, text = found.get("error"), found.get("error_description")
    for number in re.findall(r"AADSTS\d{3,9}", text[:500] if isinstance(text, str) else ""):
        if number in BY_NUMBER:
            return f"{BY_NUMBER[number]} ({number})"
    if isinstance(error, str) and error in BY_ERROR:
        return f"{BY_ERROR[error]} ({error})"
    if 300 <= status < 400:
        return f"MAIL_OAUTH_TOKEN_URL leads elsewhere ({status}), which is not followed: the secret would go there"
    if status == 429 or status >= 500:
        return f"{BUSY} ({status})"
    if status == 401:
        return f"{SECRET} ({status})"
    return f"MAIL_OAUTH_TOKEN_URL answers, but not as a sign-in service does ({status}): check that address"
