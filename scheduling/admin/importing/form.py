"""The upload of a file."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from scheduling.services.timetable_import import uploads


class UploadForm(forms.Form):
    """One file, of a size that a browser's patience allows."""

    file = forms.FileField(
        label=gettext_lazy("Timetable (CSV or .xlsx)"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx", "aria-describedby": "about-file"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "missing": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("The file is empty; its first line must name the columns."),
        },
        # No more than the message below has to show.
        max_length=255,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if size > uploads.MOST_BYTES:
            message = _(
                "The file has %(size)s; here it may have %(most)s. Import it in parts, or with the "
                "command import_timetable, which takes any size."
            )
            sizes = {"size": filesizeformat(size), "most": filesizeformat(uploads.MOST_BYTES)}
            raise forms.ValidationError(message % sizes)
        return file
