"""Staff's pages for tests: addresses, people of each group, and forms posted as a browser posts them."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)
from tests.reading import Element, read
from tests.subscribers import subscribe

NOUNS = [
    Subprocessor,
    ProcessingLocation,
    TransferMechanism,
    Region,
    Safeguard,
    SafeguardSet,
    PolicySection,
    Question,
]
MODELS = [*NOUNS, ServiceProfile, Language]


def at(page: str, noun: Any = None, model: Any = None) -> str:
    """The address of a page about a row, or about a model where there is none."""
    meta = (model or type(noun))._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{page}", args=[noun.pk] if noun is not None else [])


def one_of(model: Any) -> Any:
    """A row of the sample; it has no transfer mechanism, so one is made."""
    if model is TransferMechanism:
        aws = Subprocessor.objects.get(key="aws")
        return model.objects.create(key="aws-eu-dpf", subprocessor=aws, regime="eu", mechanism="dpf")
    return model.objects.first()


def staff(group: str = "", name: str = "") -> Client:
    """A signed-in member of a group; without one, a superuser."""
    user = User.objects.create_user(name or group or "root", is_staff=True, is_superuser=not group)
    if group:
        user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def form_data(page: Element) -> dict[str, Any]:
    """What a browser would post for the page's form, were its save button pressed."""
    form = next(form for form in page.all("form") if (form.get("id") or "").endswith("_form"))
    return {"_continue": "1", **values(form)}


def filled(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would post for the form of a page to itself, after somebody has changed some fields."""
    (form,) = read(response.content.decode()).all("form", action=response.request["PATH_INFO"])
    return {**values(form), **changes}


def values(form: Element) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in form.walk():
        name = field.get("name")
        if not name or "disabled" in field.attributes or "__prefix__" in name:
            continue
        if field.name == "textarea":
            data[name] = (
                "".join(child for child in field.children if isinstance(child, str))
                .removeprefix("\n")
                .replace("\n", "\r\n")
            )
        elif field.name == "select":
            chosen = [option["value"] for option in field.all("option") if "selected" in option.attributes]
            options = [option["value"] for option in field.all("option")]
            data[name] = chosen if "multiple" in field.attributes else (chosen or options)[0]
        elif field.name == "input" and field.get("type") in {"checkbox", "radio"}:
            if "checked" in field.attributes:
                data.setdefault(name, []).append(field.get("value") or "on")
        elif field.name == "input" and field.get("type") not in {"submit", "file"}:
            data[name] = field.get("value") or ""
    return data


def opened(client: Client, address: str) -> dict[str, Any]:
    """The form at an address, as it stands."""
    return form_data(page(client, address))


def page(client: Client, address: str, **headers: str) -> Element:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return read(response.content.decode())


def two_subscribers() -> None:
    """One who hears of every change, and one who hears of announcements alone."""
    for scope in ("all", "announcements"):
        subscribe(f"{scope}@marjamaa.example", scope=scope)
