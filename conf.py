"""The book for any Sphinx: ``sphinx-build . _build/html``. Settings stand in ``_config.yml``."""

import gc
import sys
from pathlib import Path

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT))

from sphinxext.configuration import read  # noqa: E402 - found from the root

globals().update(read(ROOT / "_config.yml"))
# The pages' trees are a million objects that stay; the collector goes through them again and again,
# a third of the time of a build.
gc.disable()
