"""“Find a substitute”: on the page of an absence, for chosen classes, and in the calendar."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from scheduling.models import Closure, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, moment
from scheduling.tests.jobs.helpers import horizon, weekly
from scheduling.tests.support.roles import account

from .helpers import get_preview, hidden_fields, message_of

pytestmark = [pytest.mark.django_db, pytest.mark.one_database(name="sqlite")]
PAGE = "/admin/scheduling/scheduledclass/substitute/"


@pytest.fixture(autouse=True)
def marta(monkeypatch):
    """Create a teacher with two classes; the time is Monday 07:00 in Madrid."""
    now = moment("2026-01-05 06:00")
    monkeypatch.setattr(timezone, "now", lambda: now)
    marta = make.teacher("Marta Gil", "Europe/Madrid", email="marta@example.org")
    make.studio(is_settled=True, time_zone="Europe/Madrid")
    for hour, name in ((16, "Ana Ruiz"), (17, "Leo Park")):
        student = make.student(name, email=f"{name[:3].lower()}@example.org")
        make.slot(marta, student, start=f"{hour}:00", subject="Piano")
    horizon(MONDAY, now, weeks=1)
    return marta


@pytest.fixture
def bea():
    return make.teacher("Bea Sanz", "Europe/Madrid", email="bea@example.org", subjects="Piano")


def class_of(name):
    return ScheduledClass.objects.get(student__first_name=name)


def ids_of(*names):
    return ",".join(str(class_of(name).pk) for name in names)


def submitted(answer):
    """Return the hidden fields of the button, whose names may have hyphens."""
    content = answer.content.decode()
    found = re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', content)
    return hidden_fields(answer) | dict(found)


def test_an_absence_offers_who_is_free_and_cancels_the_rest(browser, marta, bea):
    dora = make.teacher("Dora Vega", "Europe/Madrid", subjects="Piano")
    make.lesson(make.student("Iker"), start="16:30", end="17:00", teacher=dora)
    make.teacher("Carl Voss", "Europe/Madrid", subjects="Cello")
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    ana, leo = (f"substitute_{class_of(name).pk}" for name in ("Ana", "Leo"))
    answer = browser.get(url)
    page = answer.content.decode()
    assert "This would cancel 2 classes." in page
    assert "Choose substitutes" in page
    answer = browser.get(url + answer.context["form"].choose_url)
    assert 'name="plan"' not in answer.content.decode()
    field = answer.context["form"].fields[ana]
    assert field.label == "Mon 5 Jan, 16:00–17:00 · Ana Ruiz · Piano"
    assert field.choices == [
        ("", "cancel it"),
        ("Teach Piano", [(str(bea.pk), "Bea Sanz (working hours not known)")]),
        ("Other teachers", [(field.choices[2][1][0][0], "Carl Voss (working hours not known)")]),
    ]
    assert field.help_text == "Not free: Dora Vega teaches Iker."

    answer = get_preview(
        browser, url, {"first": MONDAY, "last": MONDAY, "name": "Flu", ana: bea.pk, leo: ""}
    )
    page = answer.content.decode()
    assert "This would give 1 class to a substitute and cancel 1 class." in page
    assert "3 e-mails" not in page
    assert "2 e-mails to families, 2 e-mails to teachers." in page
    sections = [(section["outcome"], section["title"]) for section in answer.context["sections"]]
    assert sections == [
        ("substituted", "1 class is given by a substitute"),
        ("cancelled", "1 class is cancelled"),
    ]
    assert "Hand over and cancel" in page
    again = browser.get(url + answer.context["form"].choose_url).context["form"]
    assert (again[ana].value(), again[leo].value()) == (str(bea.pk), "")
    assert [row.name for row in answer.context["sections"][0]["rows"]] == ["with a substitute"]

    answer = browser.post(url, submitted(answer))
    assert "Done. Classes: 1 with a substitute, 1 cancelled. 4 e-mails queued." in message_of(
        answer
    )
    assert (class_of("Ana").teacher, class_of("Ana").original_teacher) == (bea, marta)
    assert (class_of("Leo").status, Closure.objects.get().name) == ("cancelled", "Flu")
    # The class with a substitute is no part of the absence any more.
    answer = browser.get(url)
    assert (answer.context["sections"], answer.context["anyway"]) == ([], [])
    offered = browser.get(f"{url}?choose=1").context["form"].fields
    assert list(offered) == ["first", "last", "name", leo]


def test_a_teacher_who_is_not_free_any_more_is_named_beside_the_lesson(browser, marta, bea):
    url = f"/admin/scheduling/teacher/{marta.pk}/ill/"
    ana = f"substitute_{class_of('Ana').pk}"
    answer = get_preview(
        browser, url, {"first": MONDAY, "last": MONDAY, "name": "Flu", ana: bea.pk}
    )
    make.lesson(make.student("Iker"), start="16:30", end="17:00", teacher=bea)
    answer = browser.post(url, submitted(answer))
    assert answer.context["form"].errors == {ana: ["Bea Sanz is not free: Bea Sanz teaches Iker."]}
    assert answer.context["form"].fields[ana].help_text.endswith("Not free: Bea Sanz teaches Iker.")
    assert not Closure.objects.exists()
    assert class_of("Ana").teacher == marta


def test_several_classes_are_given_to_substitutes_in_one_act(browser, marta, bea):
    classes = list(ScheduledClass.objects.order_by("starts_at").values_list("pk", flat=True))
    answer = browser.post(
        "/admin/scheduling/scheduledclass/",
        {"action": "substitute", "_selected_action": classes},
    )
    assert answer["Location"] == f"{PAGE}?references={ids_of('Ana', 'Leo')}"
    page = browser.get(answer["Location"]).content.decode()
    assert "leave it as it is" in page
    assert 'name="plan"' not in page
    fields = {"references": ids_of("Ana", "Leo")}
    refused = get_preview(browser, PAGE, fields)
    assert refused.context["form"].non_field_errors() == ["Choose a substitute for a lesson."]
    fields |= {f"substitute_{pk}": bea.pk for pk in classes}
    answer = get_preview(browser, PAGE, fields)
    assert "The working hours of Bea Sanz are not known." in answer.content.decode()
    answer = browser.post(PAGE, submitted(answer))
    assert "2 with a substitute" in message_of(answer)
    assert {row.given_by for row in ScheduledClass.objects.all()} == {"Bea Sanz (for Marta Gil)"}

    # The pages that show a class say so, and give it back.
    ana = class_of("Ana")
    page = browser.get(f"/admin/scheduling/scheduledclass/{ana.pk}/change/").content.decode()
    assert "Bea Sanz is the substitute for Marta Gil in this class." in page
    assert f"{PAGE}?references={ana.pk}" in page
    assert "Bea Sanz (for Marta Gil)" in browser.get("/admin/").content.decode()
    again = browser.get(PAGE, {"references": ana.pk}).content.decode()
    assert "Marta Gil, the regular teacher" in again
    dialog = f"/admin/calendar/classes/{ana.pk}/"
    page = browser.get(dialog).content.decode()
    assert "substitute for Marta Gil" in page
    answer = browser.post(dialog, {"action": "give_back", "notify": "on"})
    assert "Marta Gil gives the class of Ana Ruiz" in message_of(answer)
    assert (class_of("Ana").teacher, class_of("Ana").original_teacher) == (marta, None)


def test_a_planned_lesson_can_have_a_substitute(browser, marta, bea):
    rule = make.schedule(make.student("Mia Roth"), marta, start="09:00", end="10:00")
    weekly()
    dialog = f"/admin/calendar/occurrences/fixed_schedule/{rule.pk}/2026-01-12/"
    reference = f"fixed_schedule-{rule.pk}-2026-01-12"
    assert f"{PAGE}?references={reference}" in browser.get(dialog).content.decode()
    fields = {"references": reference, f"substitute_{reference}": bea.pk}
    browser.post(PAGE, submitted(get_preview(browser, PAGE, fields)))
    row = ScheduledClass.objects.get(student__first_name="Mia", date="2026-01-12")
    assert row.given_by == "Bea Sanz (for Marta Gil)"


def test_lessons_without_a_substitute_are_refused(browser, marta):
    alone = make.lesson(make.student("Tim"), start="08:00", end="09:00")
    answer = browser.get(PAGE, {"references": alone.pk})
    assert answer.status_code == 302
    assert message_of(answer) == "This class has no teacher, or does not take place."
    page = browser.get(f"/admin/scheduling/scheduledclass/{alone.pk}/change/").content.decode()
    assert "Find a substitute" not in page


def test_a_teacher_sees_the_substitution_and_changes_none(marta, bea, client: Client):
    ScheduledClass.objects.filter(student__first_name="Ana").update(
        teacher=bea, original_teacher=marta
    )
    client.force_login(account("Teacher", "bea", bea))
    assert "for Marta Gil" in client.get("/admin/").content.decode()
    dialog = f"/admin/calendar/classes/{class_of('Ana').pk}/"
    page = client.get(dialog).content.decode()
    assert "substitute for Marta Gil" in page
    assert "Find a substitute" not in page
    assert client.post(dialog, {"action": "give_back"}).status_code == 409
    assert client.get(PAGE, {"references": ids_of("Ana")}).status_code == 403
    assert class_of("Ana").teacher == bea


def test_a_substituted_teacher_is_not_deleted(browser, marta):
    carl = make.teacher("Carl Voss")
    ScheduledClass.objects.filter(student__first_name="Ana").update(original_teacher=carl)
    answer = browser.post(
        "/admin/scheduling/teacher/", {"action": "delete_selected", "_selected_action": [carl.pk]}
    )
    assert message_of(answer).startswith(
        "Nothing was deleted: 1 class belong to the selected rows."
    )
    carl.refresh_from_db()
