"""The DPA request form: what is asked and what is refused."""

from functools import cache
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from ..exchange import collation
from ..exchange.content import Content
from ..exchange.localized import territory
from ..exchange.mail import region_name
from ..models import territories
from .fields import Email, Lines, PublicForm, Text


@cache
def country_choices(language: str) -> list[tuple[str, str]]:
    names = {code: territory(code, language) or code for code in territories.countries()}
    order = collation.key(language)
    return sorted(names.items(), key=lambda choice: order(choice[1]))


class DpaForm(PublicForm):
    company = Text(label=_("Company’s legal name"), max_length=200, web=False)
    address = Lines(label=_("Registered address"), max_length=1000)
    country = forms.ChoiceField(
        label=_("Country"),
        error_messages={
            "required": _("Please choose a country."),
            "invalid_choice": _("Please choose a country of the list."),
        },
    )
    account = Text(label=_("Account address on the service"), max_length=200)
    name = Text(
        label=_("Signatory’s name"),
        help_text=_("The person who may sign for the company."),
        max_length=200,
        web=False,
    )
    role = Text(label=_("Signatory’s role"), help_text=_("For example: managing director"), max_length=200, web=False)
    email = Email(
        label=_("Signatory’s business e-mail"),
        help_text=_("We send a link there to confirm the address, and later the link to the document."),
        max_length=254,
    )
    region = forms.ChoiceField(
        label=_("Hosting region"),
        error_messages={
            "required": _("Please choose a hosting region."),
            "invalid_choice": _("Please choose a hosting region of the list."),
        },
    )
    note = Lines(label=_("Note"), max_length=4000, required=False)

    NAME = "dpa"
    GROUPS = (
        (_("Your company"), ("company", "address", "country", "account", "region")),
        (_("Who signs"), ("name", "role", "email")),
        (_("Anything else"), ("note",)),
    )
    COMPLETE = {
        "company": "organization",
        "address": "street-address",
        "country": "country",
        "name": "name",
        "role": "organization-title",
        "email": "email",
    }

    def __init__(self, posted: Any, *, content: Content, language: str) -> None:
        super().__init__(posted)
        empty = [("", _("Please choose"))]
        self._choose("country", [*empty, *country_choices(language)])
        regions = [(region["key"], region_name(content, region["key"], language)) for region in content["regions"]]
        self._choose("region", [*empty, *regions])
        if not regions:
            del self.fields["region"]
        pattern = content["service"]["service_address"]
        if pattern:
            self.fields["account"].help_text = _("Where you sign in. Account addresses look like this: %(pattern)s") % {
                "pattern": pattern
            }
        self.fields["address"].widget.attrs["rows"] = 3
        self.fields["note"].widget.attrs["rows"] = 4

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices
