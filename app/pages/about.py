"""What this site is, how it treats people and what they tell it, and how to reach the training team."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from ..web.access import public

pages = Blueprint("about", __name__)


@pages.get("/about")
@public
def about() -> ResponseReturnValue:
    """What Roundtable is; in a demonstration also what of it is real."""
    return render_template("about/about.html")


@pages.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """How it is made to be usable, and what to do when it is not."""
    return render_template("about/accessibility.html")


@pages.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """What is kept about people, who sees it, and for how long."""
    return render_template("about/privacy.html")


@pages.get("/contact")
@public
def contact() -> ResponseReturnValue:
    """How to reach the training team."""
    return render_template("about/contact.html")
