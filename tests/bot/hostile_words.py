"""Words that break careless readers."""

HUGE = "9" * 30


LONG = "x" * 4_000


SQL = "'; DROP TABLE campaign; --"


HOSTILE = (
    "<b>&amp;",
    "\u202eRTL\u2066",
    "\u200bzero\u200bwidth",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "%s%n",
    SQL,
    "🧵",
    "\\",
    "//",
)
