"""Each room is set up by one name, with all of its parts, and at its moment among the others."""

from importlib import import_module
from pathlib import Path
from unittest.mock import MagicMock

import pytest

import sphinxext
from sphinxext.shared import is_kept

ROOT = Path(sphinxext.__file__).parent
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
ROOMS = [name for name in ROOMS if name != "page_kernel"] + ["repository"]
# Who comes after whom, where it matters: handlers of one event, by priority.
MOMENTS = {
    "html-page-context": [
        ("formulas", "link_assets", 400),
        ("python", "connect", 800),
        ("widgets", "drop_unused", 900),
        ("widgets", "split", 920),
        ("assets", "prepare", 950),
    ],
    "build-finished": [
        ("python", "publish", 900),
        ("assets", "finish", 950),
        ("assets", "write", 990),  # the content security policy, of pages as they are served
        ("assets", "save", 999),
    ],
    "builder-inited": [("execution", "use_cache_of_library", 600)],
}


def set_up(room):
    """An application that notes what the room and its parts ask for."""
    app = MagicMock()
    app.setup_extension.side_effect = lambda name: (
        import_module(name).setup(app) if name.startswith("sphinxext.") else None
    )
    assert import_module(f"sphinxext.{room}").setup(app)["parallel_read_safe"]
    return app


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_sets_up_all_of_its_parts_once(room):
    asked = [call.args[0] for call in set_up(room).setup_extension.call_args_list]
    ours = [name for name in asked if name.startswith("sphinxext.")]
    names = [f"sphinxext.{room}.{path.stem}" for path in (ROOT / room).glob("[!_]*.py")]
    parts = [name for name in names if hasattr(import_module(name), "setup")]
    assert sorted(ours) == sorted(parts)


@pytest.mark.parametrize(
    ("room", "path"),
    [
        ("widgets", "_static/anywidget-host.js"),
        ("widgets", "_static/widgets/neuron.js"),
        ("python", "_static/python/cells/page.json"),
    ],
)
def test_what_no_markup_names_is_kept(room, path):
    assert is_kept(set_up(room), path)


@pytest.mark.parametrize("event", MOMENTS)
def test_rooms_meet_an_event_in_their_order(event):
    found = []
    for room in ROOMS:
        for call in set_up(room).connect.call_args_list:
            if call.args[0] == event and "priority" in call.kwargs:
                found.append((room, call.args[1].__name__, call.kwargs["priority"]))
    found = [entry for entry in found if entry[0] != "repository"]  # after the theme's own, 501
    assert sorted(found, key=lambda entry: entry[2]) == MOMENTS[event]
