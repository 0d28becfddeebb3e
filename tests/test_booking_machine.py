"""The booking desk under any sequence of requests, answers, changes and clock jumps: ``booking_machine*.py``."""

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.booking_machine_places import PlacesMachine
from tests.factories import make_partnership


def test_whatever_people_do_in_whatever_order_the_rules_of_the_desk_hold(each_app: Flask):
    make_partnership()
    run_state_machine_as_test(
        PlacesMachine,
        settings=settings(
            max_examples=50,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
