import pytest

from registry.exchange.mailbox import mailbox


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kati.Tamm@Example.com", "kati.tamm@example.com"),
        ("kati@näidis.ee", "KATI@xn--nidis-gra.ee"),
        ("kati@NÄIDIS.ee", "kati@näidis.ee"),
        ("o\u0308don@example.com", "ödon@example.com"),
        (" kati@example.com\n", "kati@example.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one(one, other):
    assert mailbox(one) == mailbox(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("straße@example.com", "strasse@example.com"),
        ("kati.tamm@example.com", "katitamm@example.com"),
        ("kati+trust@example.com", "kati@example.com"),
        ("kati@example.com", "kati@mail.example.com"),
    ],
)
def test_two_mailboxes_stay_two(one, other):
    assert mailbox(one) != mailbox(other)


def test_the_host_is_written_as_dns_carries_it():
    assert mailbox("Ödön@Őszi.HU") == "ödön@xn--szi-5xa.hu"
