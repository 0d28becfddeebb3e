"""Links, codes and keyed hashes: what leaks from the database signs nobody in."""

import hashlib
import hmac
import secrets

from flask import current_app


def keyed_hash(purpose: str, value: str) -> str:
    """64 hexadecimal digits that only this installation can compute; another purpose gives another hash."""
    key = current_app.config["SECRET_KEY"]
    return hmac.new(key.encode(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()


def new_token() -> str:
    """A link nobody can guess: 192 random bits, 32 characters."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """Six digits."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_of_token(token: str) -> str:
    """What is kept of a link."""
    return keyed_hash("sign-in link", token)


def hash_of_code(code: str, token_hash: str) -> str:
    """What is kept of a code; the same code has another hash in every mail."""
    return keyed_hash("sign-in code", f"{token_hash} {code}")


def hash_of_feed(token: str) -> str:
    """What is kept of the address of a calendar."""
    return keyed_hash("calendar feed", token)


def hash_of_network(network: str) -> str:
    """What is kept of a network address: enough to count by, not to tell where somebody was."""
    return keyed_hash("network", network) if network else ""


def same(one: str, other: str) -> bool:
    """Compare in a time that says nothing about where two hashes differ."""
    return hmac.compare_digest(one, other)
