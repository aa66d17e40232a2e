"""The page of the sheets: what it offers to whom, and what it shows."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission, User

from scheduling.tests import factories as make
from scheduling.tests.factories import day, moment
from scheduling.tests.support.roles import account

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database(name="sqlite"),
    pytest.mark.usefixtures("clock"),
]

# A Wednesday.
NOW = moment("2026-03-04 12:00")
PATH = "/admin/sheets/"


@pytest.fixture
def marta():
    teacher = make.teacher("Marta Gil")
    ana = make.student("Ana Ruiz")
    make.lesson(ana, day("2026-03-02"), teacher=teacher, subject="Piano", attendance="excused")
    make.lesson(ana, day("2026-03-09"), teacher=teacher, status="cancelled")
    make.lesson(ana, day("2026-03-10"), teacher=teacher)
    return teacher


def shown(client, **query):
    answer = client.get(PATH, query)
    assert answer.status_code == 200, query
    return answer.context


def test_register_shows_marks_of_month_or_period(admin_client, marta):
    whose = f"teacher:{marta.pk}"
    context = shown(admin_client, whose=whose, sheet="register")
    assert context["heading"] == "Marta Gil: attendance, March 2026"
    [block] = context["blocks"]
    assert block["days"] == [("Mon", "2/3"), ("Mon", "9/3"), ("Tue", "10/3")]
    assert block["rows"] == [("Ana Ruiz", ["E", "×", "☐"])]
    until = shown(admin_client, whose=whose, sheet="register", day="2026-03-03", until="2026-03-09")
    assert until["blocks"][0]["rows"] == [("Ana Ruiz", ["×"])]
    for wrong in ("2026-03-02", "2026-07-01", "soon"):
        refused = shown(admin_client, whose=whose, sheet="register", day="2026-03-03", until=wrong)
        assert "until" in refused["form"].errors
        assert "blocks" not in refused


def test_week_of_room_and_day_of_teacher(admin_client, marta):
    context = shown(admin_client, whose=f"teacher:{marta.pk}", sheet="day", day="2026-03-02")
    assert context["heading"] == "Marta Gil, Monday 2 March 2026"
    [lesson] = context["lessons"]
    assert lesson["hours"] == "10:00–11:00"
    assert lesson["students"][0]["state"] == "excused"
    hall = make.room("Hall")
    make.lesson(on=day("2026-03-07"), room=hall)
    week = shown(admin_client, whose=f"room:{hall.pk}", sheet="week")
    assert [title for title, _lessons in week["columns"]][-1] == "Sat 7 Mar"
    assert [link["url"].partition("day=")[2] for link in week["around"]] == [
        "2026-03-01",
        "2026-03-09",
    ]


def test_month_of_guardian_names_no_other_students(admin_client, marta):
    leo, eva = make.student("Leo Park"), make.student("Eva Sol")
    for student in (leo, eva):
        make.lesson(student, day("2026-03-12"), teacher=marta, is_shared=True)
    rosa = make.guardian("Rosa Park", leo)
    page = admin_client.get(PATH, {"whose": f"guardian:{rosa.pk}"})
    text = unescape(page.content.decode())
    assert "Rosa Park: lessons in March 2026" in text
    assert "Leo Park" in text
    assert "Eva Sol" not in text
    empty = shown(admin_client, whose=f"guardian:{make.guardian('Tom Lee').pk}")
    assert not empty["lessons"]


def test_teacher_prints_only_their_own(client, marta):
    user = account("Teacher")
    marta.user = user
    marta.save()
    client.force_login(user)
    assert shown(client)["heading"].startswith("Marta Gil")
    other = make.teacher("Tom Lee")
    for whose in (f"teacher:{other.pk}", f"room:{make.room('Hall').pk}", "student:1", "guardian:1"):
        assert client.get(PATH, {"whose": whose}).status_code == 403, whose


def test_family_needs_permission_to_see_people(client, marta):
    user = User.objects.create_user("paul", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_scheduledclass"))
    client.force_login(user)
    ana = marta.classes.first().student
    assert client.get(PATH, {"whose": f"student:{ana.pk}"}).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_student"))
    assert client.get(PATH, {"whose": f"student:{ana.pk}"}).status_code == 200


@pytest.mark.parametrize("whose", ["teacher:0", "teacher:x", "closure:1", "teacher", "student:-1"])
def test_other_values_are_not_found(admin_client, whose):
    assert admin_client.get(PATH, {"whose": whose}).status_code == 404


def test_invalid_date_is_refused_beside_its_field(admin_client, marta):
    for wrong in ("soon", "0001-01-01", "9999-12-31"):
        context = shown(admin_client, whose=f"teacher:{marta.pk}", day=wrong)
        assert "day" in context["form"].errors
        assert "heading" not in context
