"""Templates that ask for all time or memory there is, rendered by the real renderer: what became of them, as JSON.

A process of its own, so that what the system measures of its children are the renderings and nothing else.
"""

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from bot.outside.owner_templates import PROCESS, OwnerTemplates
from bot.rules.posts.templates import TemplatePolicy, Trouble

LOOSE = Path(__file__).with_name("loose_process.py")
POLICY = TemplatePolicy(cpu_seconds=1)
HOSTILE = (
    "{{ 'a'*200000000 }}",
    "{{ 'a'*20000000000 }}",
    "{{ '%200000000d'|format(1) }}",
    "{{ '%0*d'|format(900000000, 1) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ range(10**9)|list|length }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% for k in range(9) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}{{ 'a' * 99999 }}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ 'aaaaaaaaaa'|replace('a', 'a' * 9999)|replace('a', 'a' * 9999)|replace('a', 'a' * 9999) }}",
    "{% set a = 'aaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{{ 9 ** (9 ** 9) }}",
    "{{ (7 ** 9999999) ** 99 }}",
    "{{ 'a'|center(10**9) }}",
    "{{ 'a\n'|indent(10**9) }}",
    "{{ range(99999)|join('a' * 99999) }}",
    "{{ range(9999999)|list|pprint }}",
    "{{ range(9999999)|batch(1)|list|tojson }}",
    "{{ lipsum(99999) }}",
    "{{ [[0] * 9999] * 9999|string }}",
    "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
    "{{ " + "not " * 900 + "1 }}",
    "{{ " + "[" * 1500 + "]" * 1500 + " }}",
    "{% if 1 %}" * 200 + "x" + "{% endif %}" * 200,
    "{{ 1 if 1 else " * 200 + "1" + " }}",
    "{{ shop" + "|upper" * 600 + " }}",
    "{{ cycler.__init__.__globals__.os.kill(1, 9) }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{% include '/etc/passwd' %}",
)


async def measure(process: Path) -> list[tuple[str, str, float]]:
    """By source, how it ended and after how many seconds."""
    renderer = OwnerTemplates(POLICY, process)
    ended = []
    for source in HOSTILE:
        began = time.monotonic()
        told = await renderer.render(source, {"shop": "Silk Live"})
        how = f"{told.kind} {told.word}".strip() if isinstance(told, Trouble) else f"text {len(told)}"
        ended.append((source[:60], how, time.monotonic() - began))
    return ended


if __name__ == "__main__":
    measured = asyncio.run(measure(LOOSE if "loose" in sys.argv else PROCESS))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    json.dump({"ended": measured, "peak": peak}, sys.stdout)
