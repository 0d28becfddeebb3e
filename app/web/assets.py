"""Static files under an address that changes with their content, so that browsers may keep them for ever."""

import hashlib
from pathlib import Path

from flask import Flask
from whitenoise import WhiteNoise

FOLDER = Path(__file__).resolve().parent.parent / "static"


def fingerprint(folder: Path) -> str:
    """12 characters that change when any file in the folder does."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in {".gz", ".br"}):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def install(app: Flask) -> None:
    """Serve the files (compressed ones where they lie beside) and give templates ``static_url``."""
    prefix = f"static/{fingerprint(FOLDER)}"
    served = WhiteNoise(app.wsgi_app, max_age=31536000, immutable_file_test=lambda *_: True)
    served.add_files(str(FOLDER), prefix=prefix)
    app.wsgi_app = served  # type: ignore[method-assign]
    app.jinja_env.globals["static_url"] = lambda name: f"/{prefix}/{name}"
