"""Search of classes by the names of their people."""

from django.db.models import Q, QuerySet

from scheduling.models import ScheduledClass, Student, Teacher

# Enough people for any useful search.
MOST_PEOPLE = 1_000


def classes_named(classes: QuerySet[ScheduledClass], text: str) -> QuerySet[ScheduledClass]:
    """Filter ``classes`` to those with each word of ``text`` in a student's or teacher's name.

    People are searched first, as comparing the names of every class would read the whole table.
    """
    for word in text.split()[:5]:
        students = Student.objects.filter(
            Q(first_name__icontains=word) | Q(last_name__icontains=word)
        )
        teachers = Teacher.objects.filter(name__icontains=word)
        classes = classes.filter(
            Q(student_id__among=_ids(students)) | Q(teacher_id__among=_ids(teachers))
        )
    return classes


def _ids(people: QuerySet[Student] | QuerySet[Teacher]) -> list[int]:
    return list(people.order_by("id").values_list("id", flat=True)[:MOST_PEOPLE])
