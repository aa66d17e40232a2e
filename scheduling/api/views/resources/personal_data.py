"""``…/personal-data`` and ``…/erase`` of students, guardians and teachers."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.api.exceptions import Conflict
from scheduling.api.serializers.personal_data import (
    EraseBody,
    Erased,
    EraseStudentBody,
    PersonalData,
    erasure_data,
)
from scheduling.api.serializers.strict import read
from scheduling.api.views.base import ApiView
from scheduling.models import Guardian, Student, Teacher
from scheduling.services.personal_data.erasure import erase, preview
from scheduling.services.personal_data.export import export

from .schedule_changes import change_context


class ManagesPersonalData(BasePermission):
    """Active staff who may export and erase the data of a person."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(
            user.is_active and user.is_staff and user.has_perm("scheduling.manage_personal_data")
        )


class _PersonView(ApiView, GenericAPIView):
    permission_classes = (ManagesPersonalData,)


class _Export(_PersonView):
    serializer_class = PersonalData

    def answer(self, pk: int) -> Response:
        person = get_object_or_404(self.get_queryset(), pk=pk)
        return Response(export(person, timezone.now()), headers={"Cache-Control": "no-store"})


class _Erase(_PersonView):
    serializer_class = Erased
    refuses = {"post": (409,)}
    body: ClassVar[type[serializers.Serializer]] = EraseBody

    def answer(self, request: Request, pk: int) -> Response:
        person = get_object_or_404(self.get_queryset(), pk=pk)
        body = read(self.body, request)
        dry_run, approved = body.pop("dry_run"), body.pop("plan", None)
        context = change_context(request, notify=False)
        try:
            if dry_run:
                plan = preview(person, request.user, context, **body)
            else:
                plan = erase(person, request.user, context, approved, **body)
        except ValidationError as error:
            raise Conflict(" ".join(error.messages), error.code) from error
        message = _("Nothing has been changed yet.") if dry_run else _("The data is erased.")
        data = {"success": True, "message": message, "dry_run": dry_run, **erasure_data(plan)}
        return Response(Erased(data).data)


class ExportStudent(_Export):
    """Everything about a student."""

    queryset: QuerySet[Any] = Student.objects.all()

    @extend_schema(operation_id="exportStudent", responses=PersonalData)
    def get(self, request: Request, pk: int) -> Response:
        """Export everything that is stored about a student. Other students are left out. The
        audit log gets an entry.
        """
        return self.answer(pk)


class ExportGuardian(_Export):
    """Everything about a guardian."""

    queryset: QuerySet[Any] = Guardian.objects.all()

    @extend_schema(operation_id="exportGuardian", responses=PersonalData)
    def get(self, request: Request, pk: int) -> Response:
        """Export everything that is stored about a guardian. The audit log gets an entry."""
        return self.answer(pk)


class ExportTeacher(_Export):
    """Everything about a teacher."""

    queryset: QuerySet[Any] = Teacher.objects.all()

    @extend_schema(operation_id="exportTeacher", responses=PersonalData)
    def get(self, request: Request, pk: int) -> Response:
        """Export everything that is stored about a teacher. The names of students and the notes
        about them are left out. The audit log gets an entry.
        """
        return self.answer(pk)


class EraseStudent(_Erase):
    """Erase a student."""

    queryset: QuerySet[Any] = Student.objects.all()
    body = EraseStudentBody

    @extend_schema(operation_id="eraseStudent", request=EraseStudentBody, responses=Erased)
    def post(self, request: Request, pk: int) -> Response:
        """Erase a student, which can't be undone. The lessons ahead end, and nobody is notified.
        Past classes stay under a neutral name.
        """
        return self.answer(request, pk)


class EraseGuardian(_Erase):
    """Erase a guardian."""

    queryset: QuerySet[Any] = Guardian.objects.all()

    @extend_schema(operation_id="eraseGuardian", request=EraseBody, responses=Erased)
    def post(self, request: Request, pk: int) -> Response:
        """Erase a guardian, which can't be undone. The students stay."""
        return self.answer(request, pk)


class EraseTeacher(_Erase):
    """Erase a teacher."""

    queryset: QuerySet[Any] = Teacher.objects.all()

    @extend_schema(operation_id="eraseTeacher", request=EraseBody, responses=Erased)
    def post(self, request: Request, pk: int) -> Response:
        """Erase a teacher and close the user account, which can't be undone. Refused with 409
        while lessons are ahead. Past classes stay under a neutral name.
        """
        return self.answer(request, pk)
