"""Orders added up: currencies apart, refunds taken off, cancelled ones left out."""

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.figures.orders import OrderFact, Takings, add_up


def order(value: int = 100, state: str = "paid", currency: str = "KRW", **more: object) -> OrderFact:
    """An order."""
    facts = {"refunded": 0, "discount": None, "member_id": None, "with_coupon": False, **more}
    return OrderFact(state, value, currency=currency, **facts)  # type: ignore[arg-type]


def test_an_evening() -> None:
    """Each kind of order counts as docs/figures.md says."""
    found = add_up(
        [
            order(1_000, member_id=1, with_coupon=True, discount=50),
            order(2_000, refunded=300, discount=20),
            order(4_000, "refunded", refunded=4_000, discount=70, member_id=2),
            order(8_000, "cancelled", refunded=8_000, discount=90),
            order(199, currency="USD", member_id=3),
        ],
        "USD",
        2,
    )
    assert (found.orders, found.identified, found.with_coupon) == (3, 2, 1)
    assert (found.refunded, found.cancelled, found.new_buyers) == (2, 1, 2)
    assert found.takings == (Takings("USD", 199), Takings("KRW", 2_700, 4_300, 70))


def test_no_orders() -> None:
    """Nothing is nothing, in no currency."""
    assert add_up([], "KRW", 0).takings == ()


ORDERS = st.lists(
    st.builds(
        lambda value, part, state, currency: order(value, state, currency, refunded=value * part // 4),
        st.integers(0, 10**9),
        st.integers(0, 4),
        st.sampled_from(("paid", "refunded", "cancelled")),
        st.sampled_from(("KRW", "USD", "CNY")),
    )
)


@given(ORDERS, st.randoms())
def test_the_order_of_orders_is_nothing(orders: list[OrderFact], dice: object) -> None:
    """However they are read, each currency's sum is that of its own orders."""
    mixed = list(orders)
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    found = add_up(mixed, "KRW", 0)
    for one in found.takings:
        own = [fact for fact in orders if fact.currency == one.currency and fact.state != "cancelled"]
        assert one.revenue == sum(fact.value for fact in own) - sum(fact.refunded for fact in own)
    assert found.takings == add_up(orders, "KRW", 0).takings
