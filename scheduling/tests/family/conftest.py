"""A studio with two families: Eva with Ana and Leo, and Olga with Iker."""

from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse

from scheduling.models import CalendarFeed
from scheduling.selectors.feeds.tokens import page_token_of
from scheduling.tests import factories as make
from scheduling.tests.factories import EARLY
from scheduling.tests.jobs.helpers import horizon


@pytest.fixture
def clock():
    """Monday 5 January 2026, 00:05 in UTC."""
    with time_machine.travel(EARLY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def families(clock):
    """Classes for twelve weeks: Ana on Mondays, Leo on Tuesdays, Iker on Wednesdays, all at 16:00.

    Ana's second lesson, on Thursdays, is planned only.
    """
    make.studio(
        name="Estudio Vidal",
        phone="600 000 000",
        family_pages=True,
        family_cancel=True,
        family_makeups=True,
        makeup_rule="notice",
    )
    clara = make.teacher("Clara Vidal", zone="Europe/Madrid", email="clara@example.org")
    hall = make.room("Hall")
    ana, leo, iker = (make.student(name) for name in ("Ana Ruiz", "Leo Ruiz", "Iker Sanz"))
    for weekday, (student, subject) in enumerate(
        [(ana, "Violin"), (leo, "Piano"), (iker, "Drums")], start=1
    ):
        make.slot(clara, student, weekday=weekday, start="16:00", subject=subject, room=hall)
    horizon()
    # The environment's zone overrides that of the row until the first class is stored.
    make.studio(time_zone="Europe/Madrid")
    planned = make.schedule(ana, clara, weekday=4, start="17:00", end="18:00", subject="Theory")
    eva = make.guardian("Eva Ruiz", ana, leo, email="eva@example.org")
    olga = make.guardian("Olga Sanz", iker, email="olga@example.org", language="es")
    return SimpleNamespace(
        clara=clara,
        hall=hall,
        ana=ana,
        leo=leo,
        iker=iker,
        eva=eva,
        olga=olga,
        planned=planned,
        feed=CalendarFeed.objects.create(guardian=eva),
        other_feed=CalendarFeed.objects.create(guardian=olga),
    )


def address(feed, name="family-page", **kwargs):
    return reverse(name, kwargs={"token": page_token_of(feed), **kwargs})
