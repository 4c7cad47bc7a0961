"""What the groups of the migrations may do, as sets: a permission more or less is a decision, not an accident."""

import pytest
from django.contrib.auth.models import Group

NOUNS = {
    "policysection",
    "processinglocation",
    "question",
    "region",
    "safeguard",
    "safeguardset",
    "subprocessor",
    "transfermechanism",
}
DRAFT = NOUNS | {"serviceprofile", "language"}
DPA = {"dparequest", "dparequester", "dpanote", "delivery", "erasure"}
SUBSCRIBERS = {"announcement", "subscriber", "subscriberidentity"}
OBJECTIONS = {"objection", "objector", "objectionnote"}
TEMPLATES = {"view_dpatemplate", "view_dpatemplateversion"}
AGREEMENTS = TEMPLATES | {f"view_{model}" for model in ("agreement", "dpaevent", "agreementfile", "signature")}
VIEW = {f"view_{model}" for model in DRAFT | {"release", "publication"}}
EDIT = {f"{verb}_{model}" for verb in ("add", "change", "delete") for model in NOUNS} | {"change_serviceprofile"}


@pytest.mark.parametrize(
    ("name", "permissions"),
    [
        ("editor", VIEW | EDIT | TEMPLATES | {"view_translationpin"}),
        (
            "publisher",
            VIEW
            | EDIT
            | {"add_serviceprofile", "add_language", "change_language", "publish_release"}
            | {"view_translationpin", "approve_translation"}
            | {f"{verb}_translator" for verb in ("view", "add", "change")}
            | {"view_announcement", "change_announcement", "view_evidence", "view_objection"}
            | TEMPLATES,
        ),
        (
            "DPA officer",
            VIEW
            | {f"view_{model}" for model in DPA | SUBSCRIBERS | OBJECTIONS}
            | {"change_dparequest", "add_dpanote", "erase_dparequest"}
            | {"change_objection", "add_objectionnote", "erase_objection", "erase_subscriber", "view_evidence"}
            | AGREEMENTS
            | {"view_dpalink", "change_agreement"}
            | {f"{verb}_dpatemplate" for verb in ("add", "change", "delete", "publish")},
        ),
        (
            # Binds the provider, and prepares nothing.
            "DPA signatory",
            AGREEMENTS
            | {"view_release", "view_dparequest", "view_dparequester", "view_dpanote"}
            | {"countersign_agreement"},
        ),
        (
            "auditor",
            VIEW
            | {f"view_{model}" for model in DPA | {"user", "group", "translationpin", "translator"}}
            | {f"view_{model}" for model in SUBSCRIBERS | OBJECTIONS}
            | {f"view_historical{model}" for model in DRAFT | {"dparequest", "translationpin", "translator"}}
            | {f"view_historical{model}" for model in ("announcement", "subscriber", "objection")}
            | {"view_evidence"}
            | AGREEMENTS
            | {"view_dpalink", "view_historicaldpatemplate", "view_historicalagreement"},
        ),
        # Neither sees a private field of any noun.
        ("translator", {"translate"}),
        ("translation reviewer", {"translate", "approve_translation", "view_translationpin"}),
    ],
)
def test_a_group_may_do_what_its_work_needs_and_nothing_else(db, name, permissions):
    group = Group.objects.get(name=name)

    assert set(group.permissions.values_list("codename", flat=True)) == permissions
    apps = {p.content_type.app_label for p in group.permissions.select_related("content_type")}
    assert apps == ({"registry", "auth"} if name == "auditor" else {"registry"})


def test_there_are_seven_groups(db):
    assert sorted(Group.objects.values_list("name", flat=True)) == [
        "DPA officer",
        "DPA signatory",
        "auditor",
        "editor",
        "publisher",
        "translation reviewer",
        "translator",
    ]


def test_the_auditor_changes_nothing(db):
    codenames = Group.objects.get(name="auditor").permissions.values_list("codename", flat=True)

    assert {codename.partition("_")[0] for codename in codenames} == {"view"}
