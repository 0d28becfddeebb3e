"""The few signs a letter's wording is written with, and the two forms it is sent in. Pure: text in, text out.

Lines up to a blank one are one paragraph. Besides, there are these signs::

    # Heading                          ## Smaller heading
    - a line of a list                 1. a line of a numbered list
    When :: Tue 12 January, 9:30am     a fact; the line goes when nothing follows the two colons
    [[Book a place|https://...]]       a button, alone on its line
    [the course page](https://...)     a link          **in bold**
    > a note set apart                 ` 123 456 `     a code to read out, alone on its line
    ---                                a thin line

What is put into the wording (names, titles) is guarded first, so that it never counts as a sign.
"""

import re
from collections.abc import Iterator
from html import escape

# Signs inside a value stand in a private part of Unicode until the wording was read; so do its line ends.
SIGNS = "[]()*`#|>\n"
GUARDED = {ord(sign): chr(0xE000 + place) for place, sign in enumerate(SIGNS)}
RESTORED = {0xE000 + place: sign for place, sign in enumerate(SIGNS)}
RESTORED_IN_HTML = {**RESTORED, ord(GUARDED[ord(">")]): "&gt;", ord(GUARDED[ord("\n")]): "<br>"}
FOLLOWED = ("https://", "http://", "mailto:")

BUTTON = re.compile(r"\[\[([^|\]]+)\|([^\]]+)\]\]")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*([^*]+)\*\*")
ADDRESS = re.compile('https?://[^\\s<>"\ue000\ue001\ue007-\ue009]*[^\\s<>".,;:!?)\'\\]\ue000-\ue009]')
CODE = re.compile(r"` ?([^`]+?) ?`")
NUMBERED = re.compile(r"\d+\. +")
FACT = re.compile(r"(\S.{0,60}?) ::(?: (.*))?")

FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLES = {
    "h1": "margin:0 0 16px;font-size:24px;line-height:1.25;font-weight:700;letter-spacing:-.02em",
    "h2": "margin:28px 0 8px;font-size:18px;line-height:1.3;font-weight:700",
    "p": "margin:0 0 16px",
    "ul": "margin:0 0 16px;padding:0 0 0 22px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 6px",
    "dl": "margin:0 0 20px;padding:16px 18px 6px;border-radius:10px;background-color:#f3f1fb",
    "dt": "margin:0;font-size:14px;line-height:1.4;color:#565063",
    "dd": "margin:0 0 10px;font-weight:600",
    "note": "margin:0 0 20px;padding:12px 16px;border-left:4px solid #e8892b;background-color:#fdf3e7",
    "code": "margin:4px 0 20px;padding:14px 18px;border-radius:10px;background-color:#f3f1fb;font-size:30px;"
    "line-height:1.2;font-weight:700;letter-spacing:.12em",
    "button": "margin:4px 0 24px",
    "press": "display:inline-block;padding:13px 22px;border-radius:8px;background-color:#33297a;color:#ffffff;"
    "font-weight:700;text-decoration:none",
    "hr": "margin:24px 0;border:0;border-top:1px solid #dcd8e8",
    "a": "color:#4b3fae;text-decoration:underline",
}
# Classes by which the frame's style sheet changes colours on dark screens.
DARK = {
    "dl": "panel",
    "code": "panel",
    "note": "note",
    "dt": "quiet",
    "hr": "line",
    "a": "link",
    "press": "press",
}


def guarded(value: object) -> object:
    """A value for the wording whose signs do not count: they come back once the signs were read."""
    return "\n".join(value.splitlines()).translate(GUARDED) if isinstance(value, str) else value


def restored(text: str) -> str:
    """The text with its guarded signs as they were."""
    return text.translate(RESTORED)


def restored_in_html(html: str) -> str:
    """The same where the text is already escaped."""
    return html.translate(RESTORED_IN_HTML)


def blocks(wording: str) -> Iterator[tuple[str, list[str]]]:
    """The wording cut into blocks: each kind with its lines, the signs in front taken off."""
    kind, lines = "", list[str]()
    for line in [*(found.strip() for found in wording.splitlines()), ""]:
        found, rest = kind_of(line)
        if lines and (found != kind or found not in {"p", "ul", "ol", "dl", "note"}):
            yield kind, lines
            lines = []
        if rest:
            lines.append(rest)
        kind = found


def kind_of(line: str) -> tuple[str, str]:
    """What a line is, and what it says; a blank one says nothing."""
    for sign, kind in (("## ", "h2"), ("# ", "h1"), ("- ", "ul"), ("> ", "note")):
        if line.startswith(sign):
            return kind, line[len(sign) :]
    if line == "---":
        return "hr", line
    if NUMBERED.match(line):
        return "ol", NUMBERED.sub("", line, count=1)
    if BUTTON.fullmatch(line):
        return "button", line
    if code := CODE.fullmatch(line):
        return "code", code[1]
    if fact := FACT.fullmatch(line):
        return "dl", line if fact[2] else ""
    return ("p", line) if line else ("", "")


def as_text(wording: str) -> str:
    """The wording as plain text: the same words, addresses written out."""
    parts = [text_of(kind, lines) for kind, lines in blocks(wording)]
    return restored("\n\n".join(parts)) + "\n"


def text_of(kind: str, lines: list[str]) -> str:
    """One block as plain text."""
    if kind == "button":
        label, address = BUTTON.fullmatch(lines[0]).groups()  # type: ignore[union-attr]
        return f"{label}:\n{address}"
    plain = [BOLD.sub(r"\1", ADDRESS.sub(set_off, LINK.sub(spelt_out, line))) for line in lines]
    if kind == "ul":
        plain = [f"- {line}" for line in plain]
    elif kind == "ol":
        plain = [f"{number}. {line}" for number, line in enumerate(plain, 1)]
    elif kind == "dl":
        plain = [line.replace(" :: ", ": ", 1) for line in plain]
    else:
        plain = [" ".join(plain)]
    return "\n".join(plain)


def spelt_out(link: re.Match[str]) -> str:
    """A link in plain text: its words and its address, once where they are the same."""
    return link[1] if link[2].endswith(link[1]) else f"{link[1]}: {link[2]}"


def set_off(address: re.Match[str]) -> str:
    """An address in brackets where a full stop or the like follows: mail readers would take it for a part of it."""
    followed = address.string[address.end() : address.end() + 1] in tuple(".,:;!?")
    return f"<{address[0]}>" if followed else address[0]


def as_html(wording: str) -> str:
    """The wording as HTML for the frame, everything escaped, styles inline as mail readers need them."""
    return restored_in_html("\n".join(html_of(kind, lines) for kind, lines in blocks(wording)))


def html_of(kind: str, lines: list[str]) -> str:
    """One block as HTML."""
    if kind == "hr":
        return f"<hr{look('hr')}>"
    if kind == "button":
        label, address = BUTTON.fullmatch(lines[0]).groups()  # type: ignore[union-attr]
        return f"<p{look('button')}>{link(escape(label), escape(address), 'press')}</p>"
    if kind == "dl":
        return f"<dl{look('dl')}>{''.join(fact_of(line) for line in lines)}</dl>"
    if kind in ("ul", "ol"):
        items = "".join(f"<li{look('li')}>{inline(line)}</li>" for line in lines)
        return f"<{kind}{look(kind)}>{items}</{kind}>"
    name = kind if kind in ("h1", "h2") else "p"
    return f"<{name}{look(kind)}>{inline(' '.join(lines))}</{name}>"


def fact_of(line: str) -> str:
    """A fact: what is told, and what it is."""
    label, told = line.split(" :: ", 1)
    return f"<dt{look('dt')}>{escape(label)}</dt><dd{look('dd')}>{inline(told)}</dd>"


def inline(text: str) -> str:
    """Links, addresses and bold words inside a line."""
    found, end = "", 0
    for match in re.finditer(f"{LINK.pattern}|{ADDRESS.pattern}", text):
        label, address = (match[1], match[2]) if match[1] else (match[0], match[0])
        found += bold(text[end : match.start()]) + link(bold(label), escape(address), "a")
        end = match.end()
    return found + bold(text[end:])


def bold(text: str) -> str:
    """Escaped, with its bold words."""
    return BOLD.sub(r"<strong>\1</strong>", escape(text))


def link(label: str, address: str, style: str) -> str:
    """A link that leads to the web or to a mail; anything else stays words."""
    if not restored(address).startswith(FOLLOWED):
        return label
    return f'<a href="{address}"{look(style)}>{label}</a>'


def look(style: str) -> str:
    """The attributes that make an element look as it should, in mail readers and on dark screens."""
    name = f' class="{DARK[style]}"' if style in DARK else ""
    return f'{name} style="{escape(STYLES[style])}"'
