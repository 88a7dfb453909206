"""The process that renders templates, without its first two walls: whatever Jinja2 has may be worked out.

What still holds then are the bounds of the process. Run by `hostile_templates.py`.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from jinja2 import Environment

PROCESS = Path(__file__).parents[3] / "bot" / "outside" / "template_process.py"


def main() -> int:
    """Take the list of what is allowed and the sandbox away, and render."""
    spec = spec_from_file_location("template_process", PROCESS)
    assert spec is not None
    assert spec.loader is not None
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.check = lambda *_: None
    module.environment = lambda: Environment(autoescape=True, cache_size=0)
    told: int = module.main()
    return told


if __name__ == "__main__":
    sys.exit(main())
