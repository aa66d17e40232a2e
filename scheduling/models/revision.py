"""When what calendars show of a row last changed."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Now


class RevisionMixin(models.Model):
    """``revised_at`` is when one of the columns ``revised_by`` last changed.

    By the database's clock; the attribute stays as it was read. Only ``save`` sees to it.
    """

    revised_at = models.DateTimeField(db_default=Now(), editable=False)

    revised_by: ClassVar[tuple[str, ...]] = ()
    _as_read: tuple[Any, ...] | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Store the row, revised where it differs from what was read."""
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
        """A stored row, which remembers what it was."""
        one = super().from_db(*args, **kwargs)
        one._as_read = one._values()
        return one

    def _values(self) -> tuple[Any, ...]:
        return tuple(self.__dict__.get(name) for name in self.revised_by)
