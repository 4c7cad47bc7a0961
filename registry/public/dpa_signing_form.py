"""Who signs a document, and on which page they do: by accepting it here, or with a file that was signed elsewhere."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import PublicForm, Text


class SigningForm(PublicForm):
    name = Text(label=_("Full name"), max_length=200, web=False)
    role = Text(
        label=_("Role in the company"), help_text=_("For example: managing director"), max_length=200, web=False
    )
    authority = forms.BooleanField(
        error_messages={"required": _("Please tick this box, or have somebody sign who may.")}
    )
    # SHA-256 of the PDF on the page: what somebody signs is what they were shown.
    digest = forms.CharField(required=False, widget=forms.HiddenInput)

    COMPLETE = {"name": "name", "role": "organization-title"}

    def who(self) -> dict[str, str]:
        return {"name": self.cleaned_data["name"], "role": self.cleaned_data["role"]}

    def typed(self) -> list[tuple[Any, str]]:
        """What was typed, by its labels, for a page on which the form has no place any more."""
        said = [(self[name].label, self[name].value() or "") for name in ("name", "role")]
        return [(label, value) for label, value in said if value]


class AcceptForm(SigningForm):
    NAME = "accept"
    GROUPS = ((_("Who accepts"), ("name", "role", "authority")),)

    def __init__(self, posted: Any = None, **values: Any) -> None:
        super().__init__(posted, **values)
        self.fields["authority"].label = _("I have read the document, and may accept it for the company named in it")


class UploadForm(SigningForm):
    file = forms.FileField(
        label=_("Signed document"),
        help_text=_("One PDF file of at most 10 MB."),
        # What an empty file is, the check of its content says.
        allow_empty_file=True,
        error_messages={
            "required": _("Please choose the signed document."),
            "missing": _("Please choose the signed document."),
            "invalid": _("Please choose the signed document."),
        },
    )

    NAME = "upload"
    GROUPS = ((_("Who signed"), ("name", "role", "authority")), (_("The signed document"), ("file",)))

    def __init__(self, posted: Any = None, **values: Any) -> None:
        super().__init__(posted, **values)
        self.fields["authority"].label = _("The person who signed may sign for the company named in the document")
        self.fields["file"].widget.attrs["accept"] = "application/pdf,.pdf"
