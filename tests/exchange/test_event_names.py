from registry.exchange.event_names import happened
from registry.models import DpaEvent


def test_every_event_that_a_customer_can_read_of_has_a_name_of_its_own():
    names = happened("Provider ApS")

    assert set(DpaEvent.Kind) - names.keys() == {"erased"}
    assert len(set(names.values())) == len(names)
    assert names["countersigned"] == "Countersigned by the provider: Provider ApS"
