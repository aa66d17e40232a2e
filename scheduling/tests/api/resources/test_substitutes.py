"""``/api/classes/{id}/substitutes`` and ``/api/classes/substitute``."""

import pytest

from scheduling.models import Message, ScheduledClass
from scheduling.tests import factories as make
from scheduling.tests.factories import MONDAY, at
from scheduling.tests.jobs.helpers import horizon

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]
URL = "/api/classes/substitute"


@pytest.fixture
def marta():
    """A teacher of Ana at 10:00 and Leo at 11:00."""
    marta = make.teacher("Marta", email="marta@example.org")
    for hour, name in ((10, "Ana"), (11, "Leo")):
        student = make.student(name, email=f"{name.lower()}@example.org")
        make.slot(marta, student, start=f"{hour}:00", subject="Piano")
    horizon(weeks=1)
    return marta


@pytest.fixture
def bea():
    bea = make.teacher("Bea", email="bea@example.org", subjects="Piano")
    bea.working_hours.create(weekday=1, start_time=at("09:00"), end_time=at("14:00"))
    return bea


def class_of(name):
    return ScheduledClass.objects.get(student__first_name=name)


def pairs(*given):
    return [{"class": class_of(name).pk, "teacher": teacher.pk} for name, teacher in given]


def test_the_candidates_of_a_class(api, staff, marta, bea):
    dora = make.teacher("Dora", subjects="Piano")
    busy = make.lesson(make.student("Iker"), start="10:30", end="11:00", teacher=dora)
    make.teacher("Carl", subjects="Cello")
    url = f"/api/classes/{class_of('Ana').pk}/substitutes"
    results = api.get(url).json()["results"]
    assert results[0] == {
        "teacher": bea.pk,
        "teacherName": "Bea",
        "isRegular": False,
        "teachesSubject": True,
        "insideWorkingHours": True,
        "isFree": True,
        "reason": "",
        "classId": None,
    }
    assert [(each["teacherName"], each["isFree"], each["teachesSubject"]) for each in results] == [
        ("Bea", True, True),
        ("Carl", True, False),
        ("Dora", False, True),
    ]
    assert (results[2]["reason"], results[2]["classId"]) == ("Dora teaches Iker", busy.pk)
    assert results[2]["insideWorkingHours"] is None
    assert api.get("/api/classes/999/substitutes").status_code == 404
    assert staff("view_scheduledclass").get(url).status_code == 403
    assert staff("view_scheduledclass", "view_teacher").get(url).status_code == 200


def test_several_classes_are_given_away_as_planned_and_back(api, marta, bea):
    body = {"substitutes": pairs(("Ana", bea), ("Leo", bea)), "notify": True}
    plan = api.post(URL, body | {"dryRun": True}).json()
    assert plan["message"] == "This would give 2 classes to substitutes."
    assert (plan["counts"], plan["notified"]["queued"]) == ({"moved": 2}, 4)
    assert [item["reason"] for item in plan["items"]] == ["substitute for Marta"] * 2
    assert not Message.objects.exists()
    done = api.post(URL, body | {"plan": plan["plan"]}).json()
    assert (done["dryRun"], done["notified"]["queued"]) == (False, 4)
    ana = api.get(f"/api/classes/{class_of('Ana').pk}").json()
    assert (ana["teacher"], ana["originalTeacher"]) == (bea.pk, marta.pk)
    # Approved for another state; and a field that only a substitution writes.
    assert api.post(URL, body | {"plan": plan["plan"]}).status_code == 409
    url = f"/api/classes/{ana['id']}"
    assert api.patch(url, {"originalTeacher": bea.pk}).status_code == 400
    back = api.post(URL, {"substitutes": pairs(("Ana", marta))}).json()
    assert back["items"][0]["reason"] == "as before the substitute, Bea"
    assert api.get(url).json()["originalTeacher"] is None
    # A PATCH to the original teacher gives a class back, too.
    leo = api.patch(f"/api/classes/{class_of('Leo').pk}", {"teacher": marta.pk}).json()
    assert (leo["teacher"], leo["originalTeacher"]) == (marta.pk, None)


def test_all_or_nothing(api, marta, bea):
    make.lesson(make.student("Iker"), on=MONDAY, start="11:30", end="12:00", teacher=bea)
    answer = api.post(URL, {"substitutes": pairs(("Ana", bea), ("Leo", bea))})
    assert (answer.status_code, answer.json()["error"]) == (409, "not_free")
    assert answer.json()["message"] == (f"{class_of('Leo').pk}: Bea is not free: Bea teaches Iker.")
    assert class_of("Ana").teacher == marta
    assert api.post(URL, {"substitutes": []}).status_code == 400
    assert api.post(URL, {"substitutes": pairs(("Ana", bea), ("Ana", bea))}).status_code == 400
    bea.is_active = False
    bea.save()
    assert api.post(URL, {"substitutes": pairs(("Ana", bea))}).status_code == 400


def test_only_those_who_may_change_classes_give_them_away(staff, marta, bea):
    body = {"substitutes": pairs(("Ana", bea))}
    for permissions in (("view_scheduledclass", "view_teacher"), ("mark_own_classes",)):
        assert staff(*permissions).post(URL, body).status_code == 403
    assert class_of("Ana").teacher == marta
    assert staff("change_scheduledclass").post(URL, body).status_code == 200
