import threading

import pytest
from django.db import connection

from registry.models import PolicySection, ProcessingLocation, Subprocessor
from tests.admin.pages import at, form_data, staff
from tests.reading import read


def opened(client, noun):
    return form_data(read(client.get(at("change", noun)).content.decode()))


def collisions(response):
    return [
        (refusal.row, [(c.label, c.theirs, c.mine, c.taken) for c in refusal.collisions])
        for refusal in response.context["refusals"]
    ]


@pytest.fixture
def two(db):
    """Two editors with the same section open."""
    anna, bela = staff("editor", "anna"), staff("editor", "bela")
    section = PolicySection.objects.get(key="definition")
    return anna, bela, section, opened(anna, section), opened(bela, section)


def test_the_second_save_is_refused_with_both_versions_and_nothing_typed_is_lost(two):
    anna, bela, section, first, second = two
    anna.post(at("change", section), first | {"heading_en": "By Anna", "heading_da": "Fra Anna"})

    response = bela.post(at("change", section), second | {"heading_en": "By Béla", "body_hu": "Bélától"})

    section.refresh_from_db()
    assert (section.heading_en, section.heading_da) == ("By Anna", "Fra Anna")
    original = section.history.order_by("history_date", "history_id").first()
    assert collisions(response) == [
        (
            "By Anna",
            [
                ("Heading · English", "By Anna", "By Béla", False),
                ("Heading · Danish", "Fra Anna", original.heading_da, True),
                ("Body · Hungarian", section.body_hu, "Bélától", False),
            ],
        )
    ]
    assert [str(who) for who, _when in response.context["refusals"][0].saved] == ["anna"]
    again = form_data(read(response.content.decode()))
    assert (again["heading_en"], again["heading_da"], again["body_hu"]) == ("By Béla", "Fra Anna", "Bélától")


def test_after_looking_the_second_editor_saves_over_the_first_but_not_over_what_only_the_first_changed(two):
    anna, bela, section, first, second = two
    anna.post(at("change", section), first | {"heading_en": "By Anna", "heading_da": "Fra Anna"})
    refused = bela.post(at("change", section), second | {"heading_en": "By Béla"})

    response = bela.post(at("change", section), form_data(read(refused.content.decode())))

    assert response.status_code == 302
    section.refresh_from_db()
    assert (section.heading_en, section.heading_da) == ("By Béla", "Fra Anna")


def test_a_third_save_between_is_shown_too(two):
    anna, bela, section, first, second = two
    anna.post(at("change", section), first | {"heading_en": "By Anna"})
    refused = bela.post(at("change", section), second | {"heading_en": "By Béla"})
    anna.post(at("change", section), opened(anna, section) | {"heading_en": "By Anna again"})

    response = bela.post(at("change", section), form_data(read(refused.content.decode())))

    assert collisions(response) == [("By Anna again", [("Heading · English", "By Anna again", "By Béla", False)])]


def test_a_form_without_its_version_is_refused(two):
    anna, _bela, section, first, _second = two

    response = anna.post(at("change", section), first | {"seen_version": "", "heading_en": "New"})

    assert response.status_code == 200
    assert PolicySection.objects.get(pk=section.pk).heading_en != "New"


def test_rows_below_a_noun_are_compared_too_and_rows_added_meanwhile_stay(db):
    anna, bela = staff("editor", "anna"), staff("editor", "bela")
    aws = Subprocessor.objects.get(key="aws")
    first, second = opened(anna, aws), opened(bela, aws)
    count = int(first["locations-TOTAL_FORMS"])
    new = {"territory": "FR", "use": "backup", "position": "0", "listed": "on"}
    anna.post(
        at("change", aws),
        first
        | {"locations-1-territory": "AT", "locations-TOTAL_FORMS": count + 1}
        | {f"locations-{count}-{name}": value for name, value in new.items()},
    )

    response = bela.post(at("change", aws), second | {"locations-1-territory": "CH", "locations-1-use": "support"})

    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    assert (germany.territory, germany.use) == ("AT", "hosting")
    assert collisions(response) == [
        ("Amazon Web Services, LLC", []),
        (
            "Austria (aws-eu-germany)",
            [("Territory", "Austria", "Switzerland", False), ("Use", "hosting", "support", False)],
        ),
    ]
    again = form_data(read(response.content.decode()))
    assert bela.post(at("change", aws), again).status_code == 302
    assert set(aws.locations.filter(territory__in=["CH", "FR"]).values_list("key", flat=True)) == {
        "aws-eu-germany",
        "aws-fr",
    }


def test_a_row_deleted_meanwhile_is_told_and_the_others_keep_what_was_typed(db):
    anna, bela = staff("editor", "anna"), staff("editor", "bela")
    example = Subprocessor.objects.create(key="example", legal_name="Example GmbH", kind="service")
    for territory in ("DE", "FR"):
        ProcessingLocation.objects.create(key=f"example-{territory.lower()}", subprocessor=example, territory=territory)
    first, second = opened(anna, example), opened(bela, example)
    anna.post(at("change", example), first | {"locations-0-DELETE": "on"})

    response = bela.post(at("change", example), second | {"locations-1-territory": "AT"})

    again = form_data(read(response.content.decode()))
    assert again["locations-1-territory"] == "AT"
    assert "Somebody else deleted this row." in response.content.decode()
    assert bela.post(at("change", example), again | {"locations-0-DELETE": "on"}).status_code == 302
    assert list(example.locations.values_list("key", "territory")) == [("example-fr", "AT")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_of_three_saves_at_once_one_wins_in_every_round():
    editors = [staff("editor", name) for name in ("anna", "bela", "clara")]
    section = PolicySection.objects.get(key="definition")
    for number in range(5):
        forms = [opened(client, section) for client in editors]
        barrier, statuses = threading.Barrier(3), []

        def save(client, data, name, barrier=barrier, statuses=statuses):
            try:
                barrier.wait()
                statuses.append(client.post(at("change", section), data | {"heading_en": name}).status_code)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=save, args=(client, data, f"{number} {place}"))
            for place, (client, data) in enumerate(zip(editors, forms, strict=True))
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]

        assert sorted(statuses) == [200, 200, 302]
