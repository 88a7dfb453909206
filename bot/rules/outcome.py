"""The base class of all outcomes: what a use case decided, and what a person can be told."""

from typing import Any, ClassVar


class Outcome:
    """A value that has words: a block of a template is named after its class.

    `name` is the name under which rows keep the outcome, in promised messages above all. Old databases hold it, so it
    stays as it is when the class is renamed or moved. New outcomes take `<domain>.<Class>`.

        @dataclass(frozen=True, slots=True)
        class SoldOut(Outcome, name="coupons.SoldOut"): ...
    """

    __slots__ = ()

    stored_name: ClassVar[str]
    only_toast: ClassVar[bool] = False
    """Whether a press that leads here is answered by a toast, which goes by itself, else by nothing: it is for what is
    pressed again and again."""

    @property
    def fits_alert(self) -> bool:
        """Whether the short form tells it all, so that no message need follow where it was read."""
        return True

    def __init_subclass__(cls, *, name: str | None = None, **more: Any) -> None:
        """Take the stored name; `dataclass(slots=True)` makes the class anew without it, and finds it there."""
        super().__init_subclass__(**more)
        if name is not None:
            cls.stored_name = name
