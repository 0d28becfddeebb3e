"""Removing a material: first what that means, then the act."""

from flask import abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ... import clock
from ...db import db, writing
from ...materials import actions
from ...materials.models import Material
from ...web.access import signed_in
from . import pages
from .scene import may_change, page_of


@pages.route("/materials/<public_id>/remove", methods=["GET", "POST"])
def remove(public_id: str) -> ResponseReturnValue:
    """For those who may add to its date or course; for anybody else there is none."""
    material, form = db.session.scalar(Material.by_public_id(public_id)), FlaskForm()
    if material is None or not may_change(material):
        abort(404)
    back, title = page_of(material), material.title
    if form.validate_on_submit():
        with writing():
            actions.remove(material, by=signed_in().person, now=clock.now())
        flash(f"“{title}” is removed. Nobody sees it any more.", "success")
        return redirect(back, code=303)
    return render_template("materials/remove.html", material=material, form=form, back=back)
