"""Openings by brute force: every minute of every date, with nothing but datetimes and sets."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def expected_openings(question, host, attendee=None):
    """``{(dates, start): (dates that are not free, rooms)}`` of every start that is free once.

    Of several rooms the first that is free on the most dates counts, and those like it.
    """
    found = {}
    for dates in _groups(question):
        later = tuple(day + timedelta(days=7) for day in dates)
        for start in range(24 * 60):
            begins = _instant(dates[0], start, host.zone)
            if begins > datetime.fromtimestamp(question.now, UTC):
                shown = dates
            elif question.last is None:
                shown = later
            else:
                continue
            if not any(_is_candidate(day, start, question, host) for day in shown):
                continue
            blocked = {
                room: frozenset(
                    day for day in shown if not _is_free(day, start, question, host, attendee, room)
                )
                for room in host.rooms
            }
            least = min(blocked.values(), key=len, default=shown)
            if len(least) < len(shown):
                alike = (room for room in blocked if blocked[room] == least and room is not None)
                found[shown, start] = least, tuple(alike)
    return found


def _groups(question):
    if question.last is not None:
        days = (question.last - question.first).days + 1
        for number in range(days):
            day = question.first + timedelta(days=number)
            if day.isoweekday() in question.weekdays:
                yield (day,)
        return
    for number in range(7):
        first = question.first + timedelta(days=number)
        if first.isoweekday() in question.weekdays:
            days = [first + timedelta(days=ahead) for ahead in range(question.weeks * 7 - number)]
            yield tuple(
                day for day in days if (day - first).days % (7 * question.interval_weeks) == 0
            )


def _open_minutes(day, host):
    if not host.hours.intervals:
        return set(range(*host.unknown_hours))
    return {
        minute
        for each in host.hours.intervals
        if each.weekday == day.isoweekday() and (each.first or day) <= day <= (each.last or day)
        for minute in range(each.start, each.end)
    }


def _is_candidate(day, start, question, host):
    minutes = _open_minutes(day, host)
    lesson = range(start, start + question.minutes)
    if not minutes.issuperset(lesson) or start < question.earliest:
        return False
    if start + question.minutes > question.latest:
        return False
    opens = start
    while opens - 1 in minutes:
        opens -= 1
    return (start - opens) % question.step == 0 or start in _ends(day, host)


def _ends(day, host):
    for booking in host.diary.bookings:
        end = datetime.fromtimestamp(booking.ends, ZoneInfo(host.zone))
        if end.date() == day:
            yield end.hour * 60 + end.minute


def _is_free(day, start, question, host, attendee, room):
    if not _open_minutes(day, host).issuperset(range(start, start + question.minutes)):
        return False
    if any(closure.first <= day <= closure.last for closure in host.closures):
        return False
    begins = _instant(day, start, host.zone)
    ends = begins + question.minutes * MINUTE
    bookings = [*host.diary.bookings, *host.rooms[room].bookings]
    if attendee is not None:
        if not (attendee.first or day) <= day <= (attendee.last or day):
            return False
        bookings += attendee.diary.bookings
        start_time, end_time = _clock(start), _clock(start + question.minutes)
        for booking in attendee.diary.bookings:
            if (booking.day, booking.start_time, booking.end_time) == (day, start_time, end_time):
                return False
    return not any(
        begins.timestamp() < booking.ends and booking.starts < ends.timestamp()
        for booking in bookings
    )


def _clock(minute):
    return time(minute // 60 % 24, minute % 60)


def _instant(day, start, zone):
    return datetime.combine(day, _clock(start), ZoneInfo(zone)).astimezone(UTC)
