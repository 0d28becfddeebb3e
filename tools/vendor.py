"""Fetch, build and seal the browser files that are checked in: `python tools/vendor.py` (maintainers only).

It needs npm; who runs or tests Roundtable does not. `tools/assets.json` names the packages, their versions,
which of their files go where, and the sha512 each must have (an empty one is filled in: a new pin).
From them come the stylesheet (Sass, `tools/theme.scss`) and the cuts of Inter that charts are drawn with.
`app/static/vendor/MANIFEST.json` lists the sha256 of every file; tests/test_static_files.py holds us to it.
The licence of govuk-frontend is kept there by hand: its package comes without.
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "tools/assets.json"
VENDOR = ROOT / "app/static/vendor"
FONTS = VENDOR / "fonts"
SEALED = (VENDOR, ROOT / "tests/vendor")
FORBIDDEN = ("GDS Transport", "@font-face", "crest", "crown")
CUTS = {"Regular": 400, "SemiBold": 600, "Bold": 700}


def run(*command: str | Path) -> str:
    """Run a command and give back what it printed; stop when it fails."""
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def packed(name: str, version: str, into: Path) -> Path:
    """The package's archive as its author published it."""
    run("npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", into)
    archive = name.replace("@", "").replace("/", "-")
    return into / f"{archive}-{version}.tgz"


def check_pin(name: str, pin: dict[str, Any], archive: Path) -> None:
    """Refuse a package whose bytes are not the pinned ones; fill in a pin that is new."""
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if pin["integrity"] not in ("", integrity):
        sys.exit(f"{name}: the package is not the one that was pinned")
    pin["integrity"] = integrity


def unpack(name: str, pin: dict[str, Any], scratch: Path) -> None:
    """Copy the wanted files of one package to their places; the whole package stays in scratch for Sass."""
    archive = packed(name, pin["version"], scratch)
    check_pin(name, pin, archive)
    with tarfile.open(archive) as tar:
        tar.extractall(scratch / "unpacked", filter="data")
    package = scratch / "packages" / name
    package.parent.mkdir(parents=True, exist_ok=True)
    (scratch / "unpacked/package").rename(package)
    for source, destination in pin["files"].items():
        target = ROOT / destination
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / source, target)


def build_stylesheet(sass_version: str, scratch: Path) -> None:
    """Our theme of the design system, without anything that only GOV.UK may use."""
    run("npm", "install", "--no-save", "--silent", "--prefix", scratch, f"sass@{sass_version}")
    target = VENDOR / "govuk.css"
    sass = scratch / "node_modules/.bin/sass"
    load_path = f"--load-path={scratch / 'packages'}"
    run(sass, "--style=compressed", "--no-source-map", load_path, ROOT / "tools/theme.scss", target)
    found = [word for word in FORBIDDEN if word in target.read_text()]
    if found:
        sys.exit(f"govuk.css holds what only GOV.UK may use: {', '.join(found)}")


def cut_font(name: str, weight: int) -> None:
    """One static weight of Inter for matplotlib, which cannot read variable fonts.

    Each cut gets names of its own: matplotlib keys glyph outlines by PostScript name, and cuts that share one
    are drawn with letters of mixed weight.
    """
    font = TTFont(FONTS / "inter-latin.woff2", recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, {"wght": weight})
    font.flavor = None
    font["OS/2"].usWeightClass = weight
    names = {1: "Inter", 2: name, 3: f"Inter-{name}-static", 4: f"Inter {name}", 6: f"Inter-{name}"}
    for record in font["name"].names:
        record.string = (names | {16: "Inter", 17: name}).get(record.nameID, record.string)
    target = FONTS / f"Inter-{name}.ttf"
    font.save(target)


def seal() -> int:
    """Write down the sha256 of every vendored file; how many there are."""
    manifest = VENDOR / "MANIFEST.json"
    files = [p for folder in SEALED for p in folder.rglob("*") if p.is_file() and p != manifest]
    sums = {str(p.relative_to(ROOT)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(files)}
    manifest.write_text(json.dumps(sums, indent=1) + "\n")
    return len(sums)


def main() -> None:
    """Do all of it, in order, and say what was done."""
    pins = json.loads(PINS.read_text())
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for name, pin in pins.items():
            if "files" in pin:
                unpack(name, pin, scratch)
        build_stylesheet(pins["sass"]["version"], scratch)
    for name, weight in CUTS.items():
        cut_font(name, weight)
    PINS.write_text(json.dumps(pins, indent=1) + "\n")
    print(f"{seal()} files sealed in app/static/vendor/MANIFEST.json")


if __name__ == "__main__":
    main()
