"""The time of the last change that calendars show."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now


class RevisionMixin(models.Model):
    """Adds ``revised_at``: when one of the columns ``revised_by`` last changed.

    Only ``save`` updates it, by the database's clock; the attribute keeps the value that was read.
    """

    revised_at = models.DateTimeField(db_default=Now(), editable=False)

    revised_by: ClassVar[tuple[str, ...]] = ()
    _as_read: tuple[Any, ...] | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Save the row, and update ``revised_at`` if the row differs from what was read."""
        if self._as_read in (None, self._values()):
            super().save(*args, update_fields=update_fields, **kwargs)
        else:
            if update_fields is not None:
                update_fields = {*update_fields, "revised_at"}
            read, self.revised_at = self.revised_at, Now()
            try:
                super().save(*args, update_fields=update_fields, **kwargs)
            finally:
                self.revised_at = read
        self._as_read = self._values()

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Return a stored row that remembers its values."""
        row = super().from_db(*args, **kwargs)
        row._as_read = row._values()
        return row

    def _values(self) -> tuple[Any, ...]:
        return tuple(self.__dict__.get(name) for name in self.revised_by)
