"""A statement in plain Python, class by class, and random studios to compare it with the query."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from scheduling.domain.windows import FIRST_DATE, monday_of
from scheduling.models import LessonDuration, LessonSettings, ScheduledClass, StudentGuardian
from scheduling.models.studio import studio
from scheduling.tests import factories as make

HOUR = timedelta(hours=1)
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
ZONES = ("Europe/Madrid", "Pacific/Auckland", "America/Los_Angeles")
FIGURES = (
    *("lessons", "minutes", "not_marked", "present", "excused", "unexcused"),
    *("cancelled_by_student", "cancelled_by_teacher", "cancelled_by_studio", "closed"),
    *("chargeable", "make_ups_given", "make_ups_owed", "without_price", "amount"),
)


def populate(seed):
    """Create a studio with classes around both ends of March 2026; return the time of its clock.

    Each lesson has an hour of its own, so nobody is in two. The minute depends on the zone: a
    student's classes need different local times.
    """
    random = Random(seed)
    make.studio(
        is_settled=True,
        time_zone=random.choice(ZONES),
        makeup_rule=random.choice(["never", "teacher", "notice", "notice"]),
        unmarked_days=random.choice([0, 3, 7]),
        currency="EUR",
    )
    teachers = [make.teacher(f"Teacher {zone}", zone) for zone in ZONES]
    for teacher in teachers:
        _add_prices(random, teacher)
    students = [make.student(f"Ana {number}") for number in range(6)]
    eva = make.guardian("Eva Ruiz", *students[:3])
    make.guardian("Leo Gil", *students[1:5])
    StudentGuardian.objects.filter(guardian=eva).update(is_payer=True)
    StudentGuardian.objects.filter(student__in=students[3:4]).update(is_payer=True)
    rooms = [make.room("Blue"), make.room("Red"), None]
    closures = [
        make.closure("Holiday", FIRST),
        make.closure("Ill", FIRST, teacher=teachers[0]),
        make.closure("Trip", FIRST, student=students[0]),
    ]
    begins = [datetime(2026, 2, 27, tzinfo=UTC) + HOUR * hour for hour in range(96)]
    begins += [datetime(2026, 3, 29, tzinfo=UTC) + HOUR * hour for hour in range(96)]
    random.shuffle(begins)
    for begin in begins[:70]:
        teacher = random.choice([*teachers, *teachers, None])
        is_shared = teacher is not None and random.random() < 0.4
        members = random.sample(students, random.randint(2, 4) if is_shared else 1)
        minutes, subject = random.choice([30, 45, 55]), random.choice(["Piano", "Cello", ""])
        room = random.choice(rooms)
        others = [other for other in teachers if other != teacher] if teacher else [None]
        original = random.choice([*others, None])
        for student in members:
            values = _outcome(random, begin, closures)
            if random.random() < 0.2:
                values |= _moved(random, teacher or teachers[0], student, begin)
            if random.random() < 0.2:
                subject = random.choice(["Piano", "Cello", ""])
            values |= {"is_shared": is_shared, "room": room, "original_teacher": original}
            _add(begin, minutes, student, teacher, subject, **values)
    cancelled = list(ScheduledClass.objects.filter(status="cancelled"))
    for lost, begin in zip(
        random.sample(cancelled, len(cancelled) // 2), begins[70:], strict=False
    ):
        values = _outcome(random, begin, closures)
        _add(begin, 45, lost.student, lost.teacher, lost.subject, make_up_for=lost, **values)
    return datetime(2026, 3, 31, random.choice([0, 12, 23]), tzinfo=UTC)


def _add_prices(random, teacher):
    settings = LessonSettings.objects.create(teacher=teacher)
    for minutes in random.sample([30, 45, 55], 2):
        for first in random.sample([FIRST_DATE, date(2026, 2, 28), date(2026, 3, 30)], 2):
            price = random.choice([None, *(Decimal(random.randint(0, 9999)) / 100,) * 4])
            LessonDuration.objects.create(
                settings=settings, minutes=minutes, price=price, valid_from=first
            )


def _outcome(random, begin, closures):
    if random.random() < 0.6:
        marks = ["", "", "present", "present", "excused", "unexcused", "teacher_absent"]
        return {
            "status": random.choice(["scheduled", "completed"]),
            "attendance": random.choice(marks),
        }
    by = random.choice(["student", "student", "teacher", "studio", "closure"])
    return {
        "status": "cancelled",
        "cancelled_by": by,
        "closure": random.choice([*closures, None]) if by == "closure" else None,
        "is_chargeable": random.random() < 0.4,
        "cancelled_at": random.choice([None, begin - 23 * HOUR, begin - 24 * HOUR]),
        "edited_at": random.choice([None, begin - 30 * HOUR]),
    }


def _moved(random, teacher, student, begin):
    """Return the values of a class of a series that was moved here from another month."""
    occurrence = begin.date() + timedelta(random.choice([-20, 20]))
    slot = make.slot(teacher, student, weekday=occurrence.isoweekday())
    return {
        "recurring_slot": slot,
        "occurrence_date": occurrence,
        "week": monday_of(occurrence),
    }


def _add(begin, minutes, student, teacher, subject, **values):
    zone = teacher.time_zone if teacher else "UTC"
    begin += timedelta(minutes=(*ZONES, "UTC").index(zone))
    start = begin.astimezone(ZoneInfo(zone))
    end = (begin + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    make.lesson(
        student,
        start.date(),
        f"{start:%H:%M}",
        f"{end:%H:%M}",
        teacher,
        time_zone=zone,
        subject=subject,
        **values,
    )


def expected(first, last, by, now):
    """Return the figures by row (an ID, a subject or None), and those of all rows."""
    rows, totals = defaultdict(Counter), Counter()
    seen = set()
    for scheduled_class in ScheduledClass.objects.select_related("closure", "make_up_for"):
        begin = scheduled_class.starts_at.astimezone(ZoneInfo(studio().time_zone)).date()
        if not first <= begin <= last:
            continue
        row = _row(scheduled_class, by)
        for name in _figures(scheduled_class, now):
            rows[row][name] += 1
            totals[name] += 1
        if is_given(scheduled_class, now):
            minutes = (scheduled_class.ends_at - scheduled_class.starts_at) // timedelta(minutes=1)
            lesson = (scheduled_class.teacher_id, scheduled_class.starts_at)
            if not scheduled_class.is_shared:
                lesson = scheduled_class.pk
            in_row = (row, lesson if by in ("teacher", "subject", "room") else scheduled_class.pk)
            for key, sums in ((in_row, rows[row]), (lesson, totals)):
                if key not in seen:
                    seen.add(key)
                    sums["lessons"] += 1
                    sums["minutes"] += minutes
        if "chargeable" in _figures(scheduled_class, now):
            price = _price(scheduled_class)
            for sums in (rows[row], totals):
                if price is None:
                    sums["without_price"] += 1
                else:
                    sums["amount"] = sums.get("amount", Decimal(0)) + price
    return {row: _complete(sums) for row, sums in rows.items() if sums}, _complete(totals)


def _complete(sums):
    return {name: sums.get(name, None if name == "amount" else 0) for name in FIGURES}


def _row(scheduled_class, by):
    if by == "subject":
        return scheduled_class.subject
    if by == "guardian":
        links = scheduled_class.student.student_guardians.filter(is_payer=True)
        return next((link.guardian_id for link in links), None)
    return getattr(scheduled_class, f"{by}_id")


def is_given(scheduled_class, now):
    return (
        scheduled_class.status != "cancelled"
        and scheduled_class.ends_at <= now
        and scheduled_class.attendance != "teacher_absent"
    )


def _figures(scheduled_class, now):
    """Return the names of the figures that count the class, apart from lessons and minutes."""
    found = {_outcome_of(scheduled_class, now)} - {""}
    lost = scheduled_class.make_up_for
    to_pay = found & {"present", "unexcused"} or scheduled_class.is_chargeable
    if to_pay and not (lost and lost.is_chargeable):
        found.add("chargeable")
    if lost and is_given(scheduled_class, now):
        found.add("make_ups_given")
    if scheduled_class.status == "cancelled" and _earns(scheduled_class):
        found.add("make_ups_owed")
    return found


def _outcome_of(scheduled_class, now):
    if scheduled_class.status == "cancelled":
        if scheduled_class.cancelled_by != "closure":
            return f"cancelled_by_{scheduled_class.cancelled_by}"
        closure = scheduled_class.closure
        return "cancelled_by_teacher" if closure and closure.teacher_id else "closed"
    if scheduled_class.ends_at > now:
        return ""
    if scheduled_class.attendance == "teacher_absent":
        return "cancelled_by_teacher"
    if scheduled_class.attendance:
        return scheduled_class.attendance
    if studio().unmarked_days == 0:
        return "present"
    took_place = scheduled_class.status == "completed" and not scheduled_class.is_shared
    return "present" if took_place else "not_marked"


def _earns(scheduled_class):
    rule = studio().makeup_rule
    if rule == "never" or scheduled_class.make_ups.exists():
        return False
    closure = scheduled_class.closure
    if scheduled_class.cancelled_by in ("teacher", "studio") or (closure and closure.teacher_id):
        return True
    cancelled = scheduled_class.cancelled_at or scheduled_class.edited_at
    return (
        rule == "notice"
        and scheduled_class.cancelled_by == "student"
        and cancelled is not None
        and scheduled_class.starts_at - cancelled >= studio().cancel_notice_hours * HOUR
    )


def _price(scheduled_class):
    minutes = (scheduled_class.ends_at - scheduled_class.starts_at) // timedelta(minutes=1)
    price = None
    # A substitute does not change the price.
    teacher = scheduled_class.original_teacher_id or scheduled_class.teacher_id
    durations = LessonDuration.objects.filter(settings__teacher=teacher)
    for duration in durations.order_by("valid_from"):
        if duration.minutes == minutes and duration.valid_from <= scheduled_class.date:
            price = duration.price
    return price
