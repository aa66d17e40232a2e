"""``/api/admin/background-jobs/runs/{id}/undo``."""

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from scheduling.jobs.undo import PrunedError, find_run, preview_undo, undo
from scheduling.models import JobRun

from ..bodies import Strict, read
from ..exceptions import Gone
from ..runs import undo_entry
from ..serializers.fields import Flag
from ..serializers.jobs import UndoneRun
from .background_jobs import RUN_ID, TAGS, AdministratorView


class UndoBody(Strict):
    """``dryRun``: what would go and what stays; nothing is written."""

    dry_run = Flag(required=False, default=False)


class UndoRun(AdministratorView):
    """Undo a run: remove the classes that it created and that nobody touched since.

    A class that a person touched, or that has begun, stays, and is named with the reason. The next
    run makes the others again unless the schedules change. 410 once the run's log is pruned, 409
    while a run of its job is active. Twice is harmless.
    """

    refuses = {"post": (409, 410)}

    @extend_schema(
        operation_id="undoRun",
        summary="Undo a run",
        tags=TAGS,
        parameters=[RUN_ID],
        request=UndoBody,
        responses=UndoneRun,
    )
    def post(self, request: Request, run_id: int) -> Response:
        body = read(UndoBody, request)
        try:
            found = find_run(int(run_id))
            if body["dry_run"]:
                result = preview_undo(found, timezone.now())
            else:
                result = undo(found, by=str(request.user), clock=timezone.now)
        except JobRun.DoesNotExist:
            raise Http404 from None
        except PrunedError:
            text = _("The log of run %(id)d is pruned: it can't be undone any more.")
            raise Gone(text % {"id": int(run_id)}) from None
        return Response(undo_entry(result))
