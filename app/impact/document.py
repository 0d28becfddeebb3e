"""The training section as a Word document: real headings, header rows, alternative texts, British English."""

import io
from collections.abc import Sequence
from typing import Any

from .charts import Drawing
from .report import COURSE_COLUMNS, CourseSection, Report

ACCENT = (0x33, 0x29, 0x7A)
WIDTH, TALLEST = 16.6, 20.0  # of pictures, in centimetres


def as_docx(report: Report) -> bytes:
    """The document's bytes."""
    from docx import Document

    document = Document()
    prepare(document, report)
    document.add_heading(f"Multi-agency training {report.label}", 0)
    document.add_paragraph(report.partnership)
    add_prose(document, report.introduction)
    document.add_heading("Key achievements", 1)
    for sentence in report.achievements:
        document.add_paragraph(sentence, style="List Bullet")
    if report.courses:
        add_courses(document, report)
    add_reach(document, report)
    if report.priorities:
        document.add_heading("Priorities for the coming year", 1)
        add_prose(document, report.priorities)
    document.add_heading("How these figures are made", 1)
    document.add_paragraph(
        "Every figure is counted from registers, answers and e-learning records. Ratings are self-rated and are "
        "not shown where fewer than 5 people answered."
    )
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def prepare(document: Any, report: Report) -> None:
    """Language, fonts, margins and the document's own title."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    document.core_properties.title = f"Multi-agency training {report.label}: {report.partnership}"
    document.core_properties.language = "en-GB"
    document.core_properties.author = report.partnership
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2)
    for style in document.styles:
        if getattr(style, "font", None) is not None:
            run = style.element.get_or_add_rPr()
            fonts = run.get_or_add_rFonts()
            for name in list(fonts.attrib):
                del fonts.attrib[name]
            for name in ("w:ascii", "w:hAnsi", "w:cs"):
                fonts.set(qn(name), "Arial")
            if style.name.startswith(("Heading", "Title", "Intense Quote")):
                style.font.color.rgb = RGBColor(*ACCENT)
    normal = document.styles["Normal"]
    normal.font.size = Pt(11)
    language = normal.element.get_or_add_rPr().makeelement(qn("w:lang"), {qn("w:val"): "en-GB"})
    normal.element.get_or_add_rPr().append(language)


def add_prose(document: Any, text: str) -> None:
    """A passage: its paragraphs, lines that begin with "- " as bullets."""
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith(("- ", "* ")):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line:
            document.add_paragraph(line)


def add_courses(document: Any, report: Report) -> None:
    """The chart of change, each course in sentences, then all courses as a table."""
    document.add_heading("What was delivered, and what changed", 1)
    add_picture(document, report.drawings["change"])
    for course in report.courses:
        add_course(document, course)
    document.add_heading("All courses", 2)
    add_table(document, COURSE_COLUMNS, report.course_table, (5.2, 1.5, 1.5, 1.8, 3.3, 3.3))


def add_course(document: Any, course: CourseSection) -> None:
    """One course: why it ran, its figures, cautions, comments."""
    document.add_heading(course.title, 2)
    add_prose(document, course.why)
    document.add_paragraph(" ".join(course.sentences))
    for caution in course.cautions:
        document.add_paragraph().add_run(f"Caution: {caution}").bold = True
    for comment in course.comments:
        document.add_paragraph(f"“{comment}”", style="Intense Quote")


def add_reach(document: Any, report: Report) -> None:
    """Who was reached, at events and by e-learning."""
    document.add_heading("Who was reached", 1)
    add_picture(document, report.drawings["sectors"])
    add_table(
        document,
        ["Sector", "Came to events", "E-learning modules taken up"],
        report.sector_table,
        (8.6, 4, 4),
    )
    if report.module_table:
        document.add_heading("E-learning", 1)
        add_table(document, ["Module", "Taken up", "Completed"], report.module_table, (9.6, 3.5, 3.5))


def add_picture(document: Any, drawing: Drawing) -> None:
    """A chart with its finding above, on one page with it, and its words as alternative text."""
    from docx.shared import Cm

    finding = document.add_paragraph()
    finding.add_run(drawing.title).bold = True
    finding.paragraph_format.keep_with_next = True
    picture = document.add_picture(io.BytesIO(drawing.png()), width=Cm(WIDTH))
    if picture.height > Cm(TALLEST):
        picture.width, picture.height = int(picture.width * Cm(TALLEST) / picture.height), Cm(TALLEST)
    properties = picture._inline.docPr
    properties.set("descr", drawing.description)
    properties.set("title", drawing.title)


def add_table(document: Any, columns: list[str], rows: list[list[str]], widths: Sequence[float]) -> None:
    """A table whose first row repeats on every page; figures stand right. Widths in centimetres."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for number, values in enumerate((columns, *rows)):
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if number == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=True)):
            cell.width = Cm(widths[place])
            write_cell(cell, value, heading=number == 0, first=place == 0)
    soften_borders(table)
    document.add_paragraph()


def write_cell(cell: Any, value: str, *, heading: bool, first: bool) -> None:
    """One cell: headings white on the brand's colour, figures to the right, the first of a row in bold."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(3)
    if not first:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(value)
    run.font.size, run.bold = Pt(9), heading or first
    if heading:
        run.font.color.rgb = RGBColor(255, 255, 255)
        shade = OxmlElement("w:shd")
        for name, setting in (
            ("val", "clear"),
            ("color", "auto"),
            ("fill", "{:02X}{:02X}{:02X}".format(*ACCENT)),
        ):
            shade.set(qn(f"w:{name}"), setting)
        cell._tc.get_or_add_tcPr().append(shade)


def soften_borders(table: Any) -> None:
    """Thin grey lines between rows and none between columns."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{edge}")
        line.set(qn("w:val"), "single" if edge in ("bottom", "insideH") else "nil")
        line.set(qn("w:sz"), "4")
        line.set(qn("w:color"), "C9C6D6")
        borders.append(line)
    table._tbl.tblPr.append(borders)
