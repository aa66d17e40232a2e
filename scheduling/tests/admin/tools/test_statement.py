"""The page of a statement: each figure leads to its classes; its periods and files."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth.models import Permission, User

from scheduling.models import ClassStatus, LessonDuration, LessonSettings, StudentGuardian
from scheduling.services.statements.definitions import FIGURES, GROUPINGS
from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment
from scheduling.tests.services.statements import oracle

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]

NOW = moment("2026-03-20 12:00")
MARCH = "/admin/statement/?from=2026-03-01&to=2026-03-31"


def listed(client, url):
    """Return the number of classes in the list at ``url``."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.context["cl"].result_count


@pytest.mark.parametrize("by", GROUPINGS)
def test_each_figure_leads_to_its_classes(admin_client, by):
    now = oracle.populate(5)
    with time_machine.travel(now, tick=False):
        context = admin_client.get(f"{MARCH}&by={by}").context
        titles = [str(figure.title) for name, figure in FIGURES.items() if name != "lessons"]
        compared = 0
        for cells in (*(row["cells"] for row in context["rows"]), context["totals"]):
            for cell in cells:
                if str(cell["title"]) in titles and cell["url"]:
                    assert listed(admin_client, cell["url"]) == int(cell["text"]), cell
                    compared += 1
        assert compared > 20
        lessons = context["totals"][0]["url"]
        classes = admin_client.get(lessons).context["cl"].queryset
        assert len(classes) > 20
        assert all(oracle.is_given(scheduled_class, now) for scheduled_class in classes)


@pytest.mark.usefixtures("clock")
def test_the_page_begins_with_what_makes_it_provisional(admin_client):
    marta, tom = make.teacher("Marta Gil"), make.teacher("Tom Lee")
    settings = LessonSettings.objects.create(teacher=tom)
    LessonDuration.objects.create(settings=settings, minutes=30, price=20)
    for teacher in (marta, tom):
        make.lesson(on=day("2026-03-02"), teacher=teacher, attendance="present")
    make.lesson(on=day("2026-03-03"), teacher=tom)
    page = unescape(admin_client.get("/admin/statement/").content.decode())
    assert "March 2026, by teacher" in page
    assert "The period has not ended." in page
    assert "1 lesson is not marked" in page
    assert f'/admin/scheduling/lessonsettings/add/?teacher={marta.pk}">Marta Gil, 60 min' in page
    assert f'/admin/scheduling/lessonsettings/{settings.pk}/change/">Tom Lee, 60 min' in page

    page = admin_client.get("/admin/statement/?from=2026-02-01&to=2026-02-28").content.decode()
    assert "Provisional" not in page
    assert "No lesson was given or cancelled in this period." in page


@pytest.mark.usefixtures("clock")
def test_the_period_is_a_month_or_any_days(admin_client):
    answer = admin_client.get("/admin/statement/?from=2026-01-05&to=2026-01-11&by=student")
    page = unescape(answer.content.decode())
    assert "Mon 5 Jan 2026 – Sun 11 Jan 2026, by student" in page
    links = [(link["title"], link["url"]) for link in answer.context["months"]]
    assert [title for title, _url in links] == [
        "‹ December 2025", "January 2026", "February 2026 ›", "This month",
    ]  # fmt: skip
    query = parse_qs(urlsplit(links[2][1]).query)
    assert query == {"from": ["2026-02-01"], "to": ["2026-02-28"], "by": ["student"]}
    for wrong in (
        "from=2026-03-02&to=2026-03-01",
        "from=x&to=2026-03-01",
        "from=2026-03-01",
        "from=9999-12-31",
        "from=0001-01-01&to=9999-12-31",
    ):
        answer = admin_client.get(f"/admin/statement/?{wrong}&format=csv")
        assert answer.context["form"].errors
        assert answer.context["heading"] == "March 2026, by teacher"
    assert admin_client.get("/admin/statement/?from=1970-01-01&to=2199-12-31").status_code == 200


@pytest.mark.usefixtures("clock")
def test_files_have_the_rows_of_the_page(admin_client):
    make.lesson(on=day("2026-03-02"), teacher=make.teacher("Marta Gil"), attendance="present")
    answer = admin_client.get(f"{MARCH}&by=teacher&format=csv")
    assert answer["Content-Disposition"].endswith('-2026-03-01-2026-03-31.csv"')
    header, row = answer.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Teacher,Lessons given,Minutes,Not marked,")
    assert row == "Marta Gil,1,60,0,1,0,0,0,0,0,0,1,0,0,1,"
    answer = admin_client.get(f"{MARCH}&format=xlsx")
    assert answer.content[:2] == b"PK"


@pytest.mark.usefixtures("clock")
def test_people_and_prices_need_permissions(client):
    user = User.objects.create_user("paul", is_staff=True)
    codes = ["view_scheduledclass", "view_teacher", "view_lessonsettings"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    answer = client.get("/admin/statement/")
    assert [each["title"] for each in answer.context["groupings"]] == ["teacher", "subject"]
    assert client.get("/admin/statement/?by=guardian").status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename__in=codes[:2]))
    assert client.get("/admin/statement/").status_code == 403


@pytest.mark.usefixtures("clock")
def test_the_list_of_classes_refuses_other_values(admin_client):
    make.lesson(on=day("2026-03-02"), status=ClassStatus.COMPLETED)
    path = "/admin/scheduling/scheduledclass/"
    assert listed(admin_client, f"{path}?period=2026-03-01..2026-03-31&figure=present") == 1
    assert listed(admin_client, f"{path}?period=2026-04-01..2026-04-30") == 0
    for wrong in (
        "period=march",
        "period=2026-03-01",
        "figure=all",
        "row=rooms:",
        "row=teacher:x",
    ):
        assert admin_client.get(f"{path}?{wrong}").url.endswith("?e=1")


@pytest.mark.usefixtures("clock")
def test_the_page_of_a_person_has_this_month(admin_client):
    teacher, student = make.teacher("Marta Gil"), make.student("Ana Ruiz")
    guardian = make.guardian("Eva Ruiz", student)
    StudentGuardian.objects.filter(guardian=guardian).update(is_payer=True)
    make.lesson(student, day("2026-02-27"), teacher=teacher, attendance="present")
    make.lesson(student, day("2026-03-02"), teacher=teacher, attendance="present")
    make.lesson(make.student("Leo Gil"), day("2026-03-03"), attendance="present")
    for person in (teacher, student, guardian):
        page = f"/admin/scheduling/{person._meta.model_name}/{person.pk}/change/"
        month = admin_client.get(page).context["month"]
        texts = {str(cell["title"]): cell["text"] for cell in month["cells"]}
        assert texts == {"Lessons given": "1", "Hours": "1 h 00", "Present": "1", "Chargeable": "1"}
        assert listed(admin_client, month["cells"][0]["url"]) == 1
        (row,) = [
            row for row in admin_client.get(month["url"]).context["rows"] if row["url"] == page
        ]
        assert row["cells"][0]["text"] == "1"
        assert "from=2026-02-01&to=2026-02-28" in month["last_month"]


@pytest.mark.usefixtures("clock")
def test_this_month_needs_the_permission_for_prices(client):
    user = User.objects.create_user("paul", is_staff=True)
    codes = ["view_scheduledclass", "view_teacher"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(user)
    page = f"/admin/scheduling/teacher/{make.teacher().pk}/change/"
    assert client.get(page).context["month"] is None
    assert "This month" not in client.get(page).content.decode()
