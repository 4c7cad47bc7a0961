from registry.models import PolicySection, Question


def test_sections_and_questions_stand_in_their_order(db):
    PolicySection.objects.create(key="zero", position=0)

    assert list(PolicySection.objects.values_list("key", flat=True))[:3] == ["zero", "introduction", "definition"]
    assert Question.objects.values_list("key", flat=True)[0] == "what-is-a-subprocessor"


def test_each_list_stands_in_one_section_of_the_sample(db):
    lists = PolicySection.objects.exclude(lists="").values_list("key", "lists")

    assert dict(lists) == {
        "contractual-safeguards": "contractual-safeguards",
        "data-residency": "processing-locations",
        "other-subprocessors": "other-subprocessors",
        "faq": "questions",
    }


def test_what_a_section_said_in_every_language_stays_in_its_history(db):
    section = PolicySection.objects.get(key="definition")
    before = section.body_et
    section.body_et = "Uus tekst."
    section.save()

    assert [state.body_et for state in section.history.all()[:2]] == ["Uus tekst.", before]
    assert not hasattr(section.history.model, "body")
