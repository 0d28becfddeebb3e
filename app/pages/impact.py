"""The year's dashboard for the L&WD Group, each figure's page, the figures as JSON, and the charts."""

from datetime import date
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from .. import clock
from ..accounts.rules import Role
from ..impact import dashboard
from ..impact.charts import NARROW, WIDE, Drawing
from ..impact.figures import all_figures
from ..impact.sums import Year
from ..impact.year import agency_names, event_lines, read_year, years_with_rows
from ..partnerships.rules import reporting_year, year_from_slug, year_label, year_slug
from ..web.access import current_partnership, requires, signed_in

pages = Blueprint("impact", __name__)

GROUP = (Role.LWD_MEMBER, Role.COORDINATOR)
WIDTHS = {"wide": WIDE, "narrow": NARROW}


def today() -> date:
    """The day in London."""
    return clock.london_day(clock.now())


def start_of(slug: str) -> int:
    """The year of an address; 404 for one that is no reporting year."""
    start = year_from_slug(slug)
    return abort(404) if start is None else start


def year_of(slug: str) -> Year:
    """The sums of a year of this partnership; 404 where it has nothing and is not the current one."""
    start, day = start_of(slug), today()
    year = read_year(current_partnership().id, start, today=day)
    if not year.courses and not year.modules and not year.cancelled_events and start != reporting_year(day):
        abort(404)
    return year


@pages.get("/impact")
@requires(*GROUP)
def year_dashboard() -> ResponseReturnValue:
    """Five numbers, what changed by course, who was reached."""
    day = today()
    slug = request.args.get("year") or year_slug(reporting_year(day))
    year, agencies = year_of(slug), agency_names()
    lines = dashboard.course_lines(year)
    return render_template(
        "impact/dashboard.html",
        year=year,
        slug=slug,
        label=year_label(year.start),
        years=[(year_slug(y), year_label(y)) for y in years_with_rows(current_partnership().id)],
        figures=dashboard.year_figures(year),
        lines=lines,
        rated=dashboard.rated_lines(lines),
        agencies=dashboard.agency_lines(year, agencies),
        tables=dashboard.tables(year, agencies, day),
        charts=chart_addresses(slug, dashboard.drawings(year, agencies, day)),
    )


@pages.get("/impact/<slug>")
@requires(*GROUP)
def year_by_path(slug: str) -> ResponseReturnValue:
    """The same by a shorter address."""
    start_of(slug)
    return redirect(url_for("impact.year_dashboard", year=slug))


@pages.get("/impact/<slug>.json")
@requires(*GROUP)
def year_as_json(slug: str) -> ResponseReturnValue:
    """Every figure of the year with its counts and definition."""
    year = year_of(slug)
    slugs = {id: agency.slug for id, agency in agency_names().items()}
    figures = [figure.as_json() for figure in all_figures(year, slugs)]
    return jsonify({"year": year_label(year.start), "figures": figures})


@pages.get("/impact/<slug>/figures/<figure_id>")
@requires(*GROUP)
def one_figure(slug: str, figure_id: str) -> ResponseReturnValue:
    """A figure with its definition, its counts, its parts by course, and the rows for those who may see them."""
    year = year_of(slug)
    lines = dashboard.course_lines(year)
    course = request.args.get("course", "")
    scope = {line.course.slug: line.figures for line in lines}.get(course)
    figures = dashboard.year_figures(year) if not course else scope
    figure = (figures or {}).get(figure_id) or next(
        (x[figure_id] for x in lines if figure_id in x.figures), None
    )
    if figure is None or (course and not scope):
        abort(404)
    whole = figure if not figure.scope or course else None
    return render_template(
        "impact/figure.html",
        slug=slug,
        label=year_label(year.start),
        figure=figure,
        whole=whole,
        course=next((line.course for line in lines if line.course.slug == course), None),
        parts=[line for line in lines if figure_id in line.figures and not course],
        events=event_lines(current_partnership().id, year.start, course, today=today())
        if signed_in().may(Role.ADMINISTRATOR)
        else [],
        modules=dashboard.module_table(year),
    )


@pages.get("/impact/<slug>/charts/<name>-<width>.svg")
@requires(*GROUP)
def chart(slug: str, name: str, width: str) -> ResponseReturnValue:
    """A chart of the year; kept under the key of what it shows, so it is drawn once."""
    drawings = dashboard.drawings(year_of(slug), agency_names(), today())
    if name not in drawings or width not in WIDTHS:
        abort(404)
    answer = Response(kept(drawings[name], width), mimetype="image/svg+xml")
    fresh = request.args.get("key") == drawings[name].key[:16]
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable" if fresh else "no-cache"
    return answer


def kept(drawing: Drawing, width: str) -> bytes:
    """The bytes of a drawing, from the folder of charts or drawn now."""
    folder = Path(current_app.config["FOLDER"]) / "charts"
    path = folder / f"{drawing.key}-{width}.svg"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{id(drawing)}")
        half.write_text(drawing.svg(WIDTHS[width]))
        half.replace(path)
    return path.read_bytes()


def chart_addresses(slug: str, drawings: dict[str, Drawing]) -> dict[str, dict[str, str]]:
    """What a template needs of each chart: its finding, its words, its two addresses."""
    found = {}
    for name, drawing in drawings.items():
        key = drawing.key[:16]
        found[name] = {"finding": drawing.title, "alt": drawing.description} | {
            width: url_for("impact.chart", slug=slug, name=name, width=width, key=key) for width in WIDTHS
        }
    return found
