"""The words with which a token is handed to a mail server: SASL XOAUTH2, over IMAP and over SMTP.

A server that refuses first sends its reasons as one more question, which has to be answered with nothing.
"""

import imaplib
import smtplib
from collections.abc import Callable

from .oauth import NotSignedIn, TokenRefused, Tokens, signed_in

NOT_OFFERED = "the server takes no token (XOAUTH2) on this connection: check {server}_HOST, {server}_PORT and {server}_TLS"
IMAP_REFUSED = (
    "the server refuses the token for IMAP_USER: check that address, and that the application may read it"
    " (IMAP.AccessAsApp, and full access to the mailbox)"
)
SMTP_REFUSED = (
    "the server refuses the token for SMTP_USER: check that address, and that the application may send for it"
    " (SMTP.SendAsApp, and full access to the mailbox)"
)
SMTP_SWITCHED_OFF = "signing in to send (SMTP AUTH) is switched off for SMTP_USER, or for the whole tenant"
# What Exchange Online says to every command of an application that signed in and may not open the mailbox.
NOT_THEIRS = "authenticated but not connected"


def sign_in_to_imap(server: imaplib.IMAP4, user: str, tokens: Tokens) -> None:
    """Sign in to the mailbox of ``user``. Raises NotSignedIn."""
    if "AUTH=XOAUTH2" not in server.capabilities:
        raise NotSignedIn(NOT_OFFERED.format(server="IMAP"))

    def attempt(token: str) -> None:
        answer = answers(user, token)
        try:
            server.authenticate("XOAUTH2", lambda asked: answer(asked).encode("ascii"))
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise TokenRefused(IMAP_REFUSED) from None

    signed_in(tokens, attempt)


def sign_in_to_smtp(server: smtplib.SMTP, user: str, tokens: Tokens) -> None:
    """Sign in to send as ``user``. Raises NotSignedIn."""
    server.ehlo_or_helo_if_needed()
    if "XOAUTH2" not in server.esmtp_features.get("auth", "").upper().split():
        raise NotSignedIn(NOT_OFFERED.format(server="SMTP"))

    def attempt(token: str) -> None:
        try:
            # Without an initial response: a token is longer than the command some servers take.
            server.auth("XOAUTH2", answers(user, token), initial_response_ok=False)
        except smtplib.SMTPAuthenticationError as error:
            raise smtp_refusal(error) from None

    signed_in(tokens, attempt)


def smtp_refusal(error: smtplib.SMTPAuthenticationError) -> NotSignedIn:
    """Whether it is the token, or the whole way of sending."""
    said = (
        error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    )
    if "SmtpClientAuthentication is disabled" in said:
        return NotSignedIn(SMTP_SWITCHED_OFF)
    if error.smtp_code < 500:
        return NotSignedIn(f"the server does not let us sign in for now ({error.smtp_code})")
    return TokenRefused(f"{SMTP_REFUSED} ({error.smtp_code})")


def answers(user: str, token: str) -> Callable[..., str]:
    """What is answered to the server's questions: the token to the first, nothing to a second."""
    left = [f"user={user}\x01auth=Bearer {token}\x01\x01"]
    return lambda _asked=None: left.pop() if left else ""
