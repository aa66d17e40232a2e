"""People who are set aside: nothing of theirs asks for a class until they are active again."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from scheduling.models import Student, Teacher

from .moment import Moment, Written


@dataclass(frozen=True, slots=True)
class Deactivate:
    """These students or teachers, by their ids. Whoever is not active already is passed over."""

    model: type[Student] | type[Teacher]
    ids: tuple[int, ...]

    def write(self, moment: Moment) -> Written:
        manager: Any = self.model._default_manager
        rows = manager.select_for_update(no_key=True).filter(pk__in=self.ids, is_active=True)
        people = list(rows.order_by("pk"))
        if not people:
            text = _("None of them is active: there is nothing to do.")
            raise ValidationError(text, code="so_already")
        # One by one, as the log of hand edits sees no update of many.
        for person in people:
            person.is_active = False
            person.save(update_fields=["is_active"])
        ids = {person.pk for person in people}
        written = Written(before=repr(sorted(ids)))
        getattr(written, "students" if self.model is Student else "teachers").update(ids)
        return written
