"""The form of an objection: to which change of a release, by whom, and why."""

from typing import Any, cast

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ..exchange.objectable import Objectable
from .fields import Email, Lines, PublicForm, Text


class ObjectionForm(PublicForm):
    change = forms.ChoiceField(
        label=_("What do you object to?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": _("Please choose a change of the list.")},
    )
    company = Text(label=_("Company’s legal name"), max_length=200, web=False)
    name = Text(label=_("Contact’s name"), max_length=200, web=False)
    email = Email(
        label=_("Business e-mail"),
        help_text=_("We send a link there to confirm the objection, and later our answer."),
        max_length=254,
    )
    grounds = Lines(
        label=_("Your grounds"),
        help_text=_("Why you object, as far as possible on grounds of data protection, and what would help you."),
        max_length=4000,
    )

    NAME = "object"
    GROUPS = (
        (_("The change"), ("change",)),
        (_("Who objects"), ("company", "name", "email")),
        (_("Why"), ("grounds",)),
    )
    COMPLETE = {"company": "organization", "name": "name", "email": "email"}

    def __init__(self, posted: Any, *, offered: tuple[Objectable, ...]) -> None:
        super().__init__(posted)
        every = [("", _("All changes of this release"))]
        named = [(one.key, _label(one)) for one in offered]
        cast("forms.ChoiceField", self.fields["change"]).choices = [*every, *named]
        if not offered:
            del self.fields["change"]
        self.fields["grounds"].widget.attrs["rows"] = 7

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        return [(title, fields) for title, fields in super().groups() if fields]


def _label(one: Objectable) -> str | SafeString:
    """A line tells its subprocessor's name; several stand below it."""
    if len(one.lines) == 1:
        return one.lines[0]
    lines = format_html_join("", '<span class="choice-line">{}</span>', ((line,) for line in one.lines))
    return format_html("{}{}", one.name, lines)
