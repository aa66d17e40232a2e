"""``/api/classes/{id}/substitutes`` and ``/api/classes/substitute``."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.exceptions import Conflict
from scheduling.api.permissions import StaffModelPermissions
from scheduling.api.serializers.schedule_changes import ActAnswer
from scheduling.api.serializers.substitutes import CandidatesAnswer, SubstitutesBody
from scheduling.api.views.base import ApiView
from scheduling.models import ScheduledClass
from scheduling.services.schedule_changes import GiveToSubstitutes, ScheduleChange
from scheduling.services.substitutes import Availability, field_of, find_lessons

from .base import require
from .schedule_changes import ChangeView


class Substitutes(ApiView, GenericAPIView):
    """The teachers who can give a class."""

    permission_classes = (StaffModelPermissions,)
    serializer_class = CandidatesAnswer
    queryset = ScheduledClass.objects.all()

    @extend_schema(operation_id="listSubstitutes", responses=CandidatesAnswer)
    def get(self, request: Request, pk: int) -> Response:
        """Who can give a class: the other active teachers, those who are free first.

        404 for a class without a teacher, or one that does not take place for another reason than
        the absence of its teacher. In a studio of more than 50 teachers, these are the first 50 of
        those who teach the subject.
        """
        require(request, "view_teacher")
        now = timezone.now()
        lessons = [each for each in find_lessons([str(pk)], now) if each.class_id == int(pk)]
        if not lessons:
            raise Http404
        availability = Availability(lessons, now)
        results = [
            {
                "teacher": each.teacher.pk,
                "teacher_name": each.teacher.name,
                "is_regular": each.is_regular,
                "teaches_subject": each.teaches_subject,
                "inside_working_hours": each.is_inside_hours,
                "is_free": each.is_free,
                "reason": availability.text(each.obstacle) if each.obstacle else "",
                "class_id": each.obstacle.booking.class_id
                if each.obstacle and each.obstacle.booking
                else None,
            }
            for each in availability.of(lessons[0])
        ]
        return Response(CandidatesAnswer({"results": results}).data)


class SubstituteClasses(ChangeView):
    """Give classes to substitutes."""

    queryset = ScheduledClass.objects.all()
    body = SubstitutesBody

    def get_change(self, row: Any, body: dict[str, Any]) -> ScheduleChange:
        pairs = ((str(pair["class"].pk), pair["teacher"].pk) for pair in body["substitutes"])
        return GiveToSubstitutes(tuple(pairs))

    def refusal(self, error: ValidationError) -> APIException:
        refused = [
            f"{name.removeprefix(field_of(''))}: {' '.join(texts)}"
            for name, texts in sorted(error.message_dict.items())
        ]
        return Conflict(" ".join(refused), "not_free")

    @extend_schema(operation_id="substituteClasses", request=SubstitutesBody, responses=ActAnswer)
    def post(self, request: Request) -> Response:
        """Give classes to substitutes, or back to their original teachers: all of them, or none.

        If one is refused, because its teacher is not free or it is cancelled, nothing is written,
        and the answer is 409 with its ID and the reason. No run changes these classes; other weeks
        stay with the regular teacher. A group lesson in a room needs all of its students.
        """
        return self.preview_or_apply(request)
