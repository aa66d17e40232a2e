"""The pages of the background jobs: overview, preview, run and undo."""

from django.utils.translation import gettext_lazy as _

from scheduling.admin.core.tool_page import ToolPage
from scheduling.admin.jobs.overview.page import overview

from .actions import cancel, progress, start_job
from .decorators import may_see
from .preview import preview
from .run_page import run_view
from .undo import undo_page

ROOT = "background-jobs/"

PAGES = (
    ToolPage(
        route=ROOT,
        name="background_jobs",
        view=overview,
        title=_("Background jobs"),
        shown=may_see,
    ),
    ToolPage(route=f"{ROOT}<slug:job>/preview/", name="background_jobs_preview", view=preview),
    ToolPage(route=f"{ROOT}<slug:job>/start/", name="background_jobs_start", view=start_job),
    ToolPage(route=f"{ROOT}runs/<int:run_id>/", name="background_jobs_run", view=run_view),
    ToolPage(
        route=f"{ROOT}runs/<int:run_id>/progress/",
        name="background_jobs_progress",
        view=progress,
    ),
    ToolPage(route=f"{ROOT}runs/<int:run_id>/undo/", name="background_jobs_undo", view=undo_page),
    ToolPage(route=f"{ROOT}runs/<int:run_id>/cancel/", name="background_jobs_cancel", view=cancel),
)
