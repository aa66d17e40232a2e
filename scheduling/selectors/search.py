"""People by what a person types into a search field."""

from django.db.models import Q, QuerySet

from scheduling.models import ScheduledClass, Student, Teacher

# More people of one name than that is no search.
MOST_PEOPLE = 1_000


def classes_named(classes: QuerySet[ScheduledClass], text: str) -> QuerySet[ScheduledClass]:
    """Those of ``classes`` in which each word of ``text`` is in a student's or teacher's name.

    The people are found first: looking into the names of every class would read all of them.
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
