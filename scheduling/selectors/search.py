"""Search of classes by the names of their people and rooms, accents and case aside."""

from django.db.models import Q, QuerySet

from scheduling.models import Room, ScheduledClass, Student, Teacher

# Enough people for any useful search.
MOST_PEOPLE = 1_000


def classes_named(classes: QuerySet[ScheduledClass], text: str) -> QuerySet[ScheduledClass]:
    """Filter ``classes`` to those with each word of ``text`` in the name of its people or room.

    Names are searched first, as comparing the names of every class would read the whole table.
    """
    for word in text.split()[:5]:
        students = Student.objects.filter(
            Q(first_name__contains_plain=word) | Q(last_name__contains_plain=word)
        )
        teachers = Teacher.objects.filter(name__contains_plain=word)
        found = Q(student_id__among=_ids(students)) | Q(teacher_id__among=_ids(teachers))
        if rooms := _ids(Room.objects.filter(name__contains_plain=word)):
            found |= Q(room_id__among=rooms)
        classes = classes.filter(found)
    return classes


def _ids(rows: QuerySet[Student] | QuerySet[Teacher] | QuerySet[Room]) -> list[int]:
    return list(rows.order_by("id").values_list("id", flat=True)[:MOST_PEOPLE])
