"""A statement in plain Python, class by class, and random studios to compare it with the query."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db.models import F

from scheduling.domain.wallclock import minutes_between
from scheduling.domain.windows import FIRST_DATE, monday_of
from scheduling.models import (
    LessonDuration,
    LessonSettings,
    RecurringSlot,
    ScheduledClass,
    Student,
    StudentGuardian,
    Teacher,
)
from scheduling.models.studio import studio
from scheduling.tests import factories as make
from scheduling.tests.timetables import university

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
        makeup_days=random.choice([7, 21, 90]),
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


def add_real_timetable():
    """Create the people and the weekly lessons of the real timetable."""
    meetings = university.meetings()
    teachers = {each.teacher: Teacher(name=each.teacher, time_zone=each.zone) for each in meetings}
    students = {
        each.student: Student(first_name=each.student, start_date=each.first) for each in meetings
    }
    Teacher.objects.bulk_create(teachers.values())
    Student.objects.bulk_create(students.values())
    RecurringSlot.objects.bulk_create(
        RecurringSlot(
            teacher=teachers[each.teacher],
            student=students[each.student],
            weekday=each.weekday,
            start_time=each.start,
            duration_minutes=minutes_between(each.start, each.end),
            subject=each.subject,
            is_shared=each.is_shared,
            valid_from=each.first,
            valid_until=each.last,
        )
        for each in meetings
    )


def mark_real_month(random, first, last):
    """Give the classes of these days random outcomes, prices, payers and make-ups."""
    closures = [
        make.closure("Holiday", FIRST),
        make.closure("Ill", FIRST, teacher=Teacher.objects.earliest("id")),
    ]
    classes = ScheduledClass.objects.filter(date__range=(first, last)).order_by("id")
    classes = list(classes.select_related("student"))
    marked = defaultdict(list)
    for scheduled_class in classes:
        marked[random.randrange(60)].append(scheduled_class.pk)
    for ids in marked.values():
        values = _outcome(random, F("starts_at"), closures)
        ScheduledClass.objects.filter(pk__in=ids).update(**values)
    lengths = sorted({(row.ends_at - row.starts_at) // timedelta(minutes=1) for row in classes})
    offers = LessonSettings.objects.bulk_create(
        LessonSettings(teacher_id=pk) for pk in sorted({row.teacher_id for row in classes})
    )
    LessonDuration.objects.bulk_create(
        LessonDuration(
            settings=offer,
            minutes=minutes,
            price=random.choice([None, Decimal(random.randint(0, 9999)) / 100]),
            valid_from=valid_from,
        )
        for offer in offers
        for minutes in random.sample(lengths, len(lengths) // 2)
        for valid_from in random.sample([FIRST_DATE, date(2026, 3, 9), date(2026, 3, 20)], 2)
    )
    students = list({row.student_id: row.student for row in classes}.values())
    for number in range(40):
        guardian = make.guardian(f"Eva {number}", *random.sample(students, 3))
        link = guardian.student_guardians.order_by("id")[0]
        if not StudentGuardian.objects.filter(student=link.student, is_payer=True).exists():
            StudentGuardian.objects.filter(pk=link.pk).update(is_payer=True)
    lost = {}
    cancelled = ScheduledClass.objects.filter(date__range=(first, last), status="cancelled")
    for scheduled_class in cancelled.select_related("student", "teacher").order_by("id"):
        lost.setdefault(scheduled_class.teacher_id, scheduled_class)
    for scheduled_class in list(lost.values())[:40]:
        make.lesson(
            scheduled_class.student,
            LAST - timedelta(random.randint(0, 9)),
            "04:00",
            "04:50",
            scheduled_class.teacher,
            make_up_for=scheduled_class,
            attendance=random.choice(["", "present", "excused"]),
        )


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


def read_classes():
    """Return all classes with what ``expected`` needs to know of them."""
    classes = ScheduledClass.objects.select_related("closure", "make_up_for")
    return list(classes.prefetch_related("make_ups"))


def expected(classes, first, last, by, now):
    """Return the figures by row (an ID, a subject or None), and those of all rows."""
    rows, totals = defaultdict(Counter), Counter()
    seen, rules, prices = set(), studio(), _prices()
    payers = dict(
        StudentGuardian.objects.filter(is_payer=True).values_list("student_id", "guardian_id")
    )
    for scheduled_class in classes:
        begin = scheduled_class.starts_at.astimezone(ZoneInfo(rules.time_zone)).date()
        if not first <= begin <= last:
            continue
        row = _row(scheduled_class, by, payers)
        figures = _figures(scheduled_class, now, rules)
        for name in figures:
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
        if "chargeable" in figures:
            price = _price(scheduled_class, prices)
            for sums in (rows[row], totals):
                if price is None:
                    sums["without_price"] += 1
                else:
                    sums["amount"] = sums.get("amount", Decimal(0)) + price
    return {row: _complete(sums) for row, sums in rows.items() if sums}, _complete(totals)


def _complete(sums):
    return {name: sums.get(name, None if name == "amount" else 0) for name in FIGURES}


def _row(scheduled_class, by, payers):
    if by == "subject":
        return scheduled_class.subject
    if by == "guardian":
        return payers.get(scheduled_class.student_id)
    return getattr(scheduled_class, f"{by}_id")


def is_given(scheduled_class, now):
    return (
        scheduled_class.status != "cancelled"
        and scheduled_class.ends_at <= now
        and scheduled_class.attendance != "teacher_absent"
    )


def _figures(scheduled_class, now, rules):
    """Return the names of the figures that count the class, apart from lessons and minutes."""
    found = {_outcome_of(scheduled_class, now, rules)} - {""}
    lost = scheduled_class.make_up_for
    to_pay = found & {"present", "unexcused"} or scheduled_class.is_chargeable
    if to_pay and not (lost and lost.is_chargeable):
        found.add("chargeable")
    if lost and is_given(scheduled_class, now):
        found.add("make_ups_given")
    today = now.astimezone(ZoneInfo(rules.time_zone)).date()
    is_due = today <= scheduled_class.date + timedelta(rules.makeup_days)
    if scheduled_class.status == "cancelled" and is_due and _earns(scheduled_class, rules):
        found.add("make_ups_owed")
    return found


def _outcome_of(scheduled_class, now, rules):
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
    if rules.unmarked_days == 0:
        return "present"
    took_place = scheduled_class.status == "completed" and not scheduled_class.is_shared
    return "present" if took_place else "not_marked"


def _earns(scheduled_class, rules):
    rule = rules.makeup_rule
    if rule == "never" or scheduled_class.make_ups.all():
        return False
    closure = scheduled_class.closure
    if scheduled_class.cancelled_by in ("teacher", "studio") or (closure and closure.teacher_id):
        return True
    cancelled = scheduled_class.cancelled_at or scheduled_class.edited_at
    return (
        rule == "notice"
        and scheduled_class.cancelled_by == "student"
        and cancelled is not None
        and scheduled_class.starts_at - cancelled >= rules.cancel_notice_hours * HOUR
    )


def _prices():
    """Return the prices of each teacher and length, the oldest first."""
    prices = defaultdict(list)
    for duration in LessonDuration.objects.select_related("settings").order_by("valid_from"):
        prices[duration.settings.teacher_id, duration.minutes].append(duration)
    return prices


def _price(scheduled_class, prices):
    minutes = (scheduled_class.ends_at - scheduled_class.starts_at) // timedelta(minutes=1)
    price = None
    # A substitute does not change the price.
    teacher = scheduled_class.original_teacher_id or scheduled_class.teacher_id
    for duration in prices[teacher, minutes]:
        if duration.valid_from <= scheduled_class.date:
            price = duration.price
    return price
