from registry.exchange import page
from tests.reading import read


def sections(root):
    return [section["data-section"] for section in root.all("section", data_section=None)]


def test_lists_stand_where_their_section_asks_for_them(site):
    root = read(page.policy(site, site.current, "en"))

    assert len(root.one(data_section="data-residency").all("tr", data_location=None)) == 4
    assert len(root.one(data_section="other-subprocessors").all("tr", data_subprocessor=None)) == 5
    assert len(root.one(data_section="contractual-safeguards").all("li", data_safeguard=None)) == 6
    assert len(root.one(data_section="faq").all("section", data_question=None)) == 5


def test_a_list_that_no_section_asks_for_is_shown_at_the_end(with_release):
    def change(content):
        for section in content["sections"]:
            section["lists"] = None

    site = with_release(change)

    root = read(page.policy(site, site.newest, "en"))

    assert sections(root)[-4:] == [
        "list:contractual-safeguards",
        "list:processing-locations",
        "list:other-subprocessors",
        "list:questions",
    ]
    assert len(root.all("tr", data_location=None)) == 4
    assert [h2.text for h2 in root.all("h2")][-6:-2] == [
        "Contractual safeguards",
        "Infrastructure subprocessors",
        "Other subprocessors",
        "Questions and answers",
    ]


def test_a_list_without_rows_is_not_made_up(with_release):
    def change(content):
        content["questions"] = []
        content["sections"] = [row for row in content["sections"] if row["lists"] != "questions"]

    site = with_release(change)

    assert [key for key in sections(read(page.policy(site, site.newest, "en"))) if key.startswith("list:")] == []


def test_a_list_asked_for_twice_is_shown_once_and_linked(with_release):
    def change(content):
        content["sections"][0]["lists"] = "processing-locations"

    site = with_release(change)

    root = read(page.policy(site, site.newest, "en"))

    assert len(root.all("tr", data_location=None)) == 4
    again = root.one(data_section="data-residency")
    assert [a["href"] for a in again.all("a", class_=None) if a.text != "#"] == []
    assert "This list stands in another section of the page." in again.text


def test_contents_link_to_every_section(site):
    root = read(page.policy(site, site.current, "en"))

    links = [a["href"] for a in root.one("nav", class_="contents").all("a")]

    assert links == [f"#{key}" for key in sections(root)]


def test_the_top_names_every_subprocessor_and_counts_what_states_no_country(site):
    root = read(page.policy(site, site.entries[1], "en"))

    glance = root.one(class_="glance")

    names = [a.text for a in glance.all("a") if a["href"].startswith("#")]
    assert names == [
        "Linode, LLC",
        "Amazon Web Services, LLC",
        "Websupport, s.r.o.",
        "Quality Unit, LLC",
        "Quality Unit Ukraine",
        "Twilio, Inc.",
        "Intuit",
        "OpenAI",
    ]
    assert "Processing locations: 8 European Union, United Kingdom, United States and Singapore" in glance.text
    assert "2 locations do not state their country." in glance.text
