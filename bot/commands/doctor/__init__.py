"""`python -m bot doctor`: looks at everything that a running bot needs, and says what to do about what is wrong."""

from bot.commands.doctor.report import examine

__all__ = ["examine"]
