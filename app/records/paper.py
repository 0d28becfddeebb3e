"""From a page of ours to a PDF that screen readers can read (PDF/UA-1), by WeasyPrint."""

from ..config import ROOT

STATIC = ROOT / "app" / "static"


class PangoMissing(Exception):
    """This machine lacks Pango, which sets the text; the message is what the loader said."""


def as_pdf(html: str, stylesheet: str, *, identifier: str) -> bytes:
    """A page as a tagged PDF with its fonts; only files that ship with us are read. Raises PangoMissing."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise PangoMissing(str(error)) from error
    fonts = FontConfiguration()
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols={"file"}, fail_on_errors=True)
    document = weasyprint.HTML(string=html, base_url=STATIC.as_uri() + "/", url_fetcher=fetcher)
    sheet = weasyprint.CSS(filename=str(STATIC / stylesheet), url_fetcher=fetcher, font_config=fonts)
    pdf: bytes = document.write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=identifier.encode(),
    )
    return pdf
