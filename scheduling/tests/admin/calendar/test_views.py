"""The calendar's page: its filters, its links and the plain list without a script."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, day

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]


def text(answer):
    return answer.content.decode()


def test_the_page_takes_its_filters_from_the_url(owner):
    tom = make.teacher("Tom Lee", "Europe/Madrid")
    ana = make.student("Ana Ruiz")
    answer = owner.get(teacher=tom.pk, student=ana.pk, zone="Asia/Kolkata", status="scheduled")
    config = answer.context["config"]
    assert (config["zone"], config["shown"]) == ("Asia/Kolkata", ["scheduled"])
    assert config["studentName"] == "Ana Ruiz"
    assert f'<option value="{tom.pk}" selected>Tom Lee</option>' in text(answer)
    assert '<option value="Asia/Kolkata" selected>' in text(answer)
    assert '<option value="Europe/Madrid">' in text(answer)


@pytest.mark.parametrize(
    "query", [{"zone": "Mars/Base"}, {"teacher": "x"}, {"status": "gone"}, {"date": "soon"}]
)
@pytest.mark.parametrize("plain", [{}, {"plain": "1"}])
def test_invalid_filters_are_reported_and_dropped(owner, query, plain):
    answer = owner.get(**query, **plain)
    assert answer.status_code == 200
    assert "The calendar is shown without filters." in text(answer)


def test_the_header_links_to_the_calendar_for_who_may_see_classes(owner, reader_as):
    link = '<a href="/admin/calendar/"'
    assert link in text(owner.client.get("/admin/"))
    assert link in text(reader_as("Teacher", make.teacher()).client.get("/admin/"))
    assert link not in text(reader_as("").client.get("/admin/"))


def test_a_teacher_cannot_choose_a_teacher(reader_as):
    marta = make.teacher("Marta Gil")
    make.teacher("Tom Lee")
    page = text(reader_as("Teacher", marta).get())
    assert "Tom Lee" not in page
    assert 'id="calendar-teacher"' not in page


class TestPlainList:
    def test_a_week_is_listed_with_links(self, owner):
        marta = make.teacher("Marta Gil", "Europe/Madrid")
        scheduled_class = make.lesson(make.student("Ana Ruiz"), teacher=marta, subject="Piano")
        slot = make.slot(marta, make.student("Leo Park"), weekday=2)
        make.closure("Holiday", day("2026-01-09"))
        make.closure("Travel", day("2026-01-10"), teacher=marta)

        page = text(owner.get(plain="1"))

        assert "Times in UTC." in page
        assert "09:00–10:00" in page
        assert f'href="/admin/calendar/classes/{scheduled_class.pk}/"' in page
        assert f'href="/admin/calendar/occurrences/recurring_slot/{slot.pk}/2026-01-06/"' in page
        assert "not created yet" in page
        assert "Holiday</p>" in page
        assert "Travel · Marta Gil</p>" in page
        assert "date=2026-01-12" in page

    def test_times_are_in_the_chosen_zone(self, owner):
        make.lesson(make.student("Ana Ruiz"), start="22:00", end="23:00")
        page = text(owner.get(plain="1", zone="Asia/Kolkata"))
        assert "Times in Asia/Kolkata." in page
        assert "03:30–04:30" in page
        assert "Tue 6 Jan 2026" in page

    def test_filters_are_kept_in_another_week(self, owner):
        marta = make.teacher("Marta Gil")
        make.lesson(make.student("Ana Ruiz"), day("2026-02-04"), teacher=marta)
        make.lesson(make.student("Leo Park"), day("2026-02-04"))
        page = text(owner.get(plain="1", date="2026-02-04", teacher=marta.pk))
        assert "Ana Ruiz" in page
        assert "Leo Park" not in page
        assert f"teacher={marta.pk}&amp;date=2026-01-26" in page

    def test_students_are_found_by_name(self, owner):
        ana = make.student("Ana Ruiz")
        assert f"?student={ana.pk}&amp;plain=1" in text(owner.get(plain="1", who="ruiz"))
        assert "No student has that name." in text(owner.get(plain="1", who="zoe"))

    def test_query_count_does_not_grow_with_the_classes(self, owner):
        def count_queries():
            with CaptureQueriesContext(connection) as captured:
                owner.get(plain="1")
            return len(captured)

        make.lesson(teacher=make.teacher())
        make.slot()
        count = count_queries()
        for hour in range(11, 20):
            make.lesson(make.student(), MONDAY, f"{hour}:00", f"{hour}:30", make.teacher())
            make.slot(start=f"{hour}:00")
        assert count_queries() == count
