"""Sheets on paper: what Chromium prints on A4 and Letter, in both languages."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from scheduling.domain.windows import DAY, month_of
from scheduling.selectors.studio import studio_today
from scheduling.tests import factories as make
from scheduling.tests.browser.conftest import DESKTOP, PHONE
from scheduling.tests.browser.harness.axe import assert_accessible, assert_fits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database(name="sqlite")]

# The width of each in points.
PAPERS = {"A4": 596, "Letter": 612}


@pytest.fixture
def sheets():
    """Create a month of Marta's lessons; return the address of each sheet, and what it must have.

    The lessons lie in the current month, on every day of it.
    """
    marta = make.teacher("Marta Gil")
    hall = make.room("Hall")
    first, last = month_of(studio_today())
    students = [make.student(f"{name} Ruiz") for name in ("Ana", "Leo", "Eva", "Noa")]
    eva = make.guardian("Clara Ruiz", *students[:2])
    for number in range((last - first).days + 1):
        on = first + number * DAY
        for hour, student in enumerate(students, 10):
            make.lesson(student, on, f"{hour}:00", f"{hour}:45", marta, room=hall, subject="Piano")
    today = f"day={studio_today()}"
    return {
        "day": (f"whose=teacher:{marta.pk}&sheet=day&{today}", ["10:00–10:45", "Noa Ruiz"], 1),
        "week": (f"whose=room:{hall.pk}&sheet=week&{today}", ["Marta Gil", "Noa Ruiz"], 1),
        "register": (f"whose=teacher:{marta.pk}&sheet=register&{today}", ["Noa Ruiz", "28/"], 2),
        "month": (f"whose=guardian:{eva.pk}&{today}", ["Clara Ruiz", "Leo Ruiz"], 2),
    }


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("locale", ["en", "es"])
def test_sheets_print_whole_on_paper(open_page, owner, sheets, paper, locale):
    page = open_page(owner, locale=locale)
    for name, (query, texts, most_pages) in sheets.items():
        page.goto(f"/admin/sheets/?{query}")
        title = page.locator("h1").last.inner_text()
        printed = PdfReader(BytesIO(page.pdf(format=paper, prefer_css_page_size=True)))
        text = " ".join(" ".join(each.extract_text() for each in printed.pages).split())
        for expected in (title, *texts):
            assert expected in text, (name, expected)
        # Neither the navigation nor the form is printed.
        assert "Español" not in text
        assert page.locator("form.ct-no-print [type=submit]").inner_text() not in text
        assert 1 <= len(printed.pages) <= most_pages, name
        box = printed.pages[0].mediabox
        is_wide = name in ("week", "register")
        assert (box.width > box.height) == is_wide, name
        assert round(min(box.width, box.height)) == PAPERS[paper], name


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_sheets_are_accessible_and_fit(open_page, owner, sheets, width):
    page = open_page(owner, width=width, dark=width == PHONE)
    for query, *_rest in sheets.values():
        page.goto(f"/admin/sheets/?{query}")
        assert_accessible(page)
        assert_fits(page)
