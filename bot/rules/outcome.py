"""The base class of all outcomes. An outcome is what a use case decided, and what a person can be told."""

from typing import Any, ClassVar


class Outcome:
    """A value that has words: a block of a template has the name of its class.

    `name` is the name under which rows keep the outcome, mostly in promised messages. Old databases hold it, so it
    never changes, even if the class is renamed or moved. New outcomes are called `<domain>.<Class>`.

        @dataclass(frozen=True, slots=True)
        class SoldOut(Outcome, name="coupons.SoldOut"): ...
    """

    __slots__ = ()

    stored_name: ClassVar[str]
    only_toast: ClassVar[bool] = False
    """Whether a press gets a toast, which disappears by itself. If the toast can't be shown, the press gets nothing.
    This is for buttons that are pressed again and again."""

    @property
    def fits_alert(self) -> bool:
        """Whether the short form says everything, so that no message must follow once it was shown."""
        return True

    def __init_subclass__(cls, *, name: str | None = None, **more: Any) -> None:
        """Keep the stored name. `dataclass(slots=True)` creates the class again, without `name`, and copies it."""
        super().__init_subclass__(**more)
        if name is not None:
            cls.stored_name = name
