"""Uploaded timetable files and the reports of their imports."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class TimetableUpload(models.Model):
    """An uploaded file between its preview and its import; then the record of the import.

    It is stored in the database because any process may handle the next request. ``content`` is
    compressed; the import empties it. ``owner_name`` remains when the account is deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    owner_name = models.CharField(_("uploaded by"), max_length=150)
    file_name = models.CharField(_("file"), max_length=255)
    content = models.BinaryField(_("content"))
    created_at = models.DateTimeField(_("uploaded"))
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)

    class Meta:
        verbose_name = _("timetable upload")
        verbose_name_plural = _("timetable uploads")
        ordering = ["-created_at"]
        # Its page asks for the permission to import a timetable.
        default_permissions = ()
        indexes = [models.Index(fields=["imported_at", "created_at"], name="upload_imported")]

    def __str__(self) -> str:
        return self.file_name
