"""“Invite…”: creates the account of a teacher and e-mails a link to set its password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import Group
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.admin.core.mixins import MixinBase
from scheduling.jobs.notifications.outbox import can_send_mail
from scheduling.models import Teacher
from scheduling.services.accounts import invite
from scheduling.services.roles import TEACHER

from .roles import RolesField, role_title
from .users import can_send_link, send_link_url


class InvitationForm(forms.Form):
    """The address, which becomes the user name, and the roles."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=150,
        widget=forms.EmailInput({"size": 40}),
        validators=[UnicodeUsernameValidator()],
        help_text=gettext_lazy("It is also the user name."),
    )
    roles = RolesField(Group.objects.order_by("name"), label=gettext_lazy("Role"))


class InvitationMixin(MixinBase):
    """Adds the page to the admin of teachers."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.invite_view)
        own = path("<int:object_id>/invite/", view, name="scheduling_teacher_invite")
        return [own, *super().get_urls()]

    def invite_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show the form (GET); create the account and queue the e-mail (POST)."""
        teacher = self.get_changeable_row(request, object_id)  # type: ignore[attr-defined]
        if not request.user.has_perm("auth.add_user"):
            raise PermissionDenied
        page = reverse("admin:scheduling_teacher_change", args=[teacher.pk])
        if teacher.user_id is not None:
            messages.info(request, _("This teacher has an account already."))
            return HttpResponseRedirect(page)
        initial = {"email": teacher.email, "roles": Group.objects.filter(name=TEACHER)}
        form = InvitationForm(request.POST or None, initial=initial)
        if can_send_mail() and form.is_valid():
            email, roles = form.cleaned_data["email"], form.cleaned_data["roles"]
            try:
                invite(teacher, email, roles, request.build_absolute_uri, timezone.now())
            except ValidationError as error:
                form.add_error(None, error)
            else:
                text = _("A link to set a password is on its way to %(email)s.")
                messages.success(request, text % {"email": email})
                return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Invite %(name)s") % {"name": teacher},
            "opts": self.opts,
            "teacher": teacher,
            "page": page,
            "form": form,
            "can_send": can_send_mail(),
        }
        return TemplateResponse(request, "admin/scheduling/invite.html", context)


def account_panel(request: HttpRequest, teacher: Teacher) -> dict[str, Any]:
    """Return the account of a teacher, with its roles and page for those who may see them."""
    user = teacher.user
    if user is None:
        may = request.user.has_perms(("auth.add_user", "scheduling.change_teacher"))
        invitation = reverse("admin:scheduling_teacher_invite", args=[teacher.pk])
        return {"invite": invitation if may and teacher.is_active else ""}
    found: dict[str, Any] = {"name": str(user), "is_invited": not user.has_usable_password()}
    if request.user.has_perm("auth.view_user"):
        found["page"] = reverse("admin:auth_user_change", args=[user.pk])
        found["roles"] = list(map(role_title, user.groups.order_by("name")))
    may_change = request.user.has_perm("auth.change_user")
    if may_change and can_send_link(user) and (request.user.is_superuser or not user.is_superuser):
        found["link"] = send_link_url(user)
    return found
