"""The outbox of e-mails: read-only, but failed messages can be sent again."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from scheduling.admin.core.display import formatting
from scheduling.admin.core.lists.changelist import LargeTableMixin
from scheduling.admin.core.lists.filters import ChoiceFilter
from scheduling.admin.core.mixins import ReadOnlyMixin
from scheduling.models import Message, MessageState
from scheduling.selectors.messages import undelivered
from scheduling.services.messages import send_again

from .audit import AuditHistoryMixin

_BADGES = {
    MessageState.WAITING: "is-busy",
    MessageState.SENT: "is-ok",
    MessageState.REFUSED: "is-bad",
    MessageState.UNKNOWN: "is-warn",
    MessageState.STALE: "is-absent",
}


def badge_of(message: Message) -> SafeString:
    """Return the state of a message as a badge."""
    return formatting.badge(message.get_state_display(), _BADGES[MessageState(message.state)])


class DeliveryFilter(ChoiceFilter):
    """Messages that may not have arrived."""

    title = gettext_lazy("delivery")
    parameter_name = "delivery"

    def options(self) -> dict[str, tuple[Any, Q]]:
        not_arrived = undelivered(timezone.now())
        return {"undelivered": (_("may not have arrived"), not_arrived)}


@admin.register(Message)
class MessageAdmin(ReadOnlyMixin, AuditHistoryMixin, LargeTableMixin, admin.ModelAdmin):
    list_display = ("created_at", "kind", "recipient", "subject", "badge", "sent_at", "error")
    list_filter = (DeliveryFilter, "state", "kind")
    search_fields = ("recipient", "subject")
    fields = (
        *("kind", "badge", "recipient", "language", "subject", "body", "error", "attempts"),
        *("created_at", "next_try", "expires_at", "sent_at", "message_id"),
    )
    actions = ("send_again",)
    change_form_template = "admin/scheduling/message_change_form.html"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def badge(self, message: Message) -> SafeString:
        return badge_of(message)

    def has_send_permission(self, request: HttpRequest) -> bool:
        # Messages can't be edited: the change permission allows sending them again.
        return request.user.has_perm("scheduling.change_message")

    @admin.action(permissions=["send"], description=gettext_lazy("Send again"))
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        self._send(request, chosen)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.send_again_view))
        name = "scheduling_message_send_again"
        return [path("<int:object_id>/send-again/", view, name=name), *super().get_urls()]

    def send_again_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send one message again, then redirect to the page with the button."""
        if not self.has_send_permission(request):
            raise PermissionDenied
        message = get_object_or_404(Message, pk=object_id)
        self._send(request, [message])
        back = request.POST.get("next", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = reverse("admin:scheduling_message_change", args=[message.pk])
        return HttpResponseRedirect(back)

    def _send(self, request: HttpRequest, chosen: Any) -> None:
        queued = 0
        for message in chosen:
            try:
                send_again(message, timezone.now())
                queued += 1
            except ValidationError as error:
                messages.error(request, f"{message}: {error.message}")
        if queued:
            text = ngettext("%(n)d e-mail queued.", "%(n)d e-mails queued.", queued)
            messages.success(request, text % {"n": queued})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        message = context["original"]
        now = timezone.now()
        context["may_send_again"] = (
            self.has_send_permission(request)
            and message.expires_at > now
            and Message.objects.filter(undelivered(now), pk=message.pk).exists()
        )
        return super().render_change_form(request, context, *args, **kwargs)
