import pytest

from registry.exchange.network import shortened


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", ""),
        ("unix:", ""),
        ("192.0.2.300", ""),
    ],
)
def test_an_address_is_kept_as_its_network_alone(address, network):
    assert shortened(address) == network
