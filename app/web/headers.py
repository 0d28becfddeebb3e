"""Security headers, the nonce of a page, and one structured log line per request (no personal data)."""

import json
import logging
import secrets
import sys
import time

from flask import Flask, Response, g, request, session

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "manifest-src 'self'; worker-src 'self'"
)
log = logging.getLogger("roundtable")


class JsonLines(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, message and the fields handed in as ``extra={"fields": {...}}``."""
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


def start_log() -> None:
    """Write the log to stderr, once."""
    if not log.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False


def csp_nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def begin() -> None:
    """Give the request an identifier and note when it came."""
    g.request_id = secrets.token_hex(8)
    g.began = time.perf_counter()


def finish(response: Response) -> Response:
    """Add the headers and write the log line. The path is the rule's, so that no identifier is logged."""
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=g.get("csp_nonce", "none")))
    headers["X-Content-Type-Options"] = "nosniff"
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store" if "_user_id" in session else "no-cache")
    fields = {
        "request": g.get("request_id", ""),
        "method": request.method,
        "route": str(request.url_rule or "-"),
        "status": response.status_code,
        "ms": round(1000 * (time.perf_counter() - g.get("began", time.perf_counter())), 1),
    }
    log.info("request", extra={"fields": fields})
    return response


def install(app: Flask) -> None:
    """Put both around every request."""
    start_log()
    app.before_request(begin)
    app.after_request(finish)
