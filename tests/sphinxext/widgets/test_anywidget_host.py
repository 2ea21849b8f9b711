"""anywidget-host.js on hand-made pages in a real browser, from file:// and from a sub-path."""

import base64
import json
from pathlib import Path

import pytest

from tools.server import serve

HOST = Path(__file__).parents[3] / "sphinxext" / "widgets" / "static" / "anywidget-host.js"
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
NEEDS_PYTHON = "This control needs Python: open the page as a notebook to use it."

# Shows its value and its key; a click adds one. Counts how often the module itself has run.
COUNTER = """
globalThis.loads = (globalThis.loads ?? 0) + 1;
export const double = (x) => 2 * x;
export default {
  render({ model, el }) {
    const button = document.createElement("button");
    const show = () => { button.textContent = `value ${model.get("value")}`; };
    button.onclick = () => { model.set("value", model.get("value") + 1); model.save_changes(); };
    model.on("change:value", show);
    el.append(button);
    show();
  },
};
"""


def model(esm=COUNTER, name="CounterWidget", buffers=(), **traits):
    """The stored state of an anywidget."""
    state = {"_esm": esm, "_anywidget_id": f"lecturelib.widgets.{name}", "value": 1} | traits
    return {
        "model_name": "AnyModel",
        "model_module": "anywidget",
        "state": state,
        "buffers": [
            {"path": path, "encoding": "base64", "data": base64.b64encode(data).decode()}
            for path, data in buffers
        ],
    }


def foreign(name, **state):
    """The stored state of an ipywidgets widget."""
    return {"model_name": name, "model_module": "@jupyter-widgets/controls", "state": state}


def script(type_, content):
    text = json.dumps(content).replace("</", "<\\/")
    return f'<script type="{type_}">{text}</script>'


def page_text(models, views, before=""):
    shown = "".join(f"<p>before {v}</p>" + script(VIEW, {"model_id": v}) for v in views)
    stored = {"version_major": 2, "version_minor": 0, "state": models}
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>t</title>"
        "<link rel=icon href=data:,><script defer src=_static/anywidget-host.js></script>"
        f"<body>{before}{shown}{script(STATE, stored)}<p>the end</p>"
    )


PHONE = {"width": 390, "height": 800}


@pytest.fixture
def show(open_page, tmp_path):
    """``show(models, views=all, link="")`` opens a page from file:// and waits for its widgets."""
    (tmp_path / "_static").mkdir()
    (tmp_path / "_static" / HOST.name).write_text(HOST.read_text("utf-8"), "utf-8")

    def visit(models, views=None, link="", before="", address=None, **options):
        text = page_text(models, models if views is None else views, before)
        (tmp_path / "page.html").write_text(text, "utf-8")
        page, log = open_page(f"{address or tmp_path.as_uri() + '/'}page.html{link}", **options)
        page.wait_for_function("document.documentElement.dataset.widgets === 'ready'")
        return page, log

    return visit


def run_widget(show, body, models=None, **traits):
    """What a widget whose ``render({model, el, signal, experimental})`` is ``body`` returns."""
    esm = f"export default {{ async render({{ model, el, signal, experimental }}) {{ {body} }} }};"
    page, log = show({"m": model(esm, **traits)} | (models or {}), ["m"])
    assert log.problems() == []
    return page.evaluate("globalThis.seen")


# Pages and addresses


def test_a_widget_works_from_a_file(show):
    page, log = show({"m": model()})
    page.get_by_role("button", name="value 1").click()
    assert page.get_by_role("button").inner_text() == "value 2"
    assert log.problems() == []


def test_a_widget_works_under_a_sub_path(show, tmp_path):
    with serve(tmp_path, "/deep-learning/") as address:
        page, log = show({"m": model()}, address=address)
        page.get_by_role("button", name="value 1").click()
        assert page.get_by_role("button").inner_text() == "value 2"
        assert log.problems() == []


def test_the_view_stands_where_its_cell_does(show):
    page, _ = show({"a": model(value=3), "b": model(value=4)})
    assert page.locator("body").inner_text().split("\n\n") == [
        "before a",
        "value 3",
        "before b",
        "value 4",
        "the end",
    ]


def test_a_page_without_state_or_views_is_ready(show, tmp_path):
    page, log = show({}, [])
    assert page.evaluate("bookWidgets.views.size") == 0
    assert log.problems() == []


# Several widgets


def test_a_source_is_imported_once_for_all_its_instances(show):
    page, _ = show({"a": model(), "b": model(value=5), "c": model(COUNTER + "//", "Other")})
    assert page.get_by_role("button").all_inner_texts() == ["value 1", "value 5", "value 1"]
    assert page.evaluate("globalThis.loads") == 2


def test_instances_of_a_class_are_independent(show):
    page, _ = show({"a": model(), "b": model()})
    page.get_by_role("button").first.click()
    assert page.get_by_role("button").all_inner_texts() == ["value 2", "value 1"]


def test_two_views_of_a_model_stay_in_step(show):
    page, _ = show({"m": model()}, ["m", "m"])
    page.get_by_role("button").last.click()
    assert page.get_by_role("button").all_inner_texts() == ["value 2", "value 2"]


def test_a_widget_reaches_the_model_that_it_refers_to(show):
    esm = """export default { async render({ model, el }) {
      const child = await model.widget_manager.get_model(model.get("child"));
      el.append(`child has ${child.get("value")}`);
      child.on("change:value", () => el.append(`, now ${child.get("value")}`)); } };"""
    models = {"p": model(esm, "Parent", child="IPY_MODEL_c"), "c": model(value=7)}
    page, log = show(models)
    page.get_by_role("button", name="value 7").click()
    assert page.locator("#parent").inner_text() == "child has 7, now 8"
    assert log.problems() == []


def test_a_child_that_is_not_shown_is_initialised_even_in_a_ring(show):
    esm = """export default { async initialize({ model }) {
      const other = await model.widget_manager.get_model(model.get("other"));
      model.set("value", 10 * model.get("value")); },
      render({ model, el }) { el.append(`value ${model.get("value")}`); } };"""
    models = {
        "a": model(esm, "Ring", other="IPY_MODEL_b"),
        "b": model(esm + "//", "Ring", other="a", value=3),
    }
    page, log = show(models, ["a"])
    assert page.locator("#ring").inner_text() == "value 10"
    page.evaluate("""async () => {
      const a = bookWidgets.views.get("ring").model;
      globalThis.b = await a.widget_manager.get_model("b"); }""")
    page.wait_for_function("b.get('value') === 30")
    assert log.problems() == []


def test_an_unknown_reference_is_an_error_that_says_so(show):
    body = """globalThis.seen = await model.widget_manager.get_model("IPY_MODEL_gone")
      .catch((error) => error.message)"""
    assert run_widget(show, body) == "This page has no widget model IPY_MODEL_gone."


# The anywidget interface


@pytest.mark.parametrize("kind", ["() =>", "async () =>"])
def test_the_default_export_may_be_a_factory_that_is_called_for_each_model(show, kind):
    esm = f"""let made = 0; export default {kind} {{ const mine = ++made;
      return {{ render({{ el }}) {{ el.append(`made ${{mine}}`); }} }}; }};"""
    page, _ = show({"a": model(esm), "b": model(esm)}, ["a", "b", "b"])
    assert page.locator(".anywidget-view").all_inner_texts() == ["made 1", "made 2", "made 2"]


def test_initialize_comes_before_render_and_once_for_all_views(show):
    esm = """export default {
      async initialize({ model }) {
        await new Promise((done) => setTimeout(done, 20));
        model.set("value", model.get("value") + 1); },
      render({ model, el }) { el.append(`value ${model.get("value")}`); } };"""
    page, _ = show({"m": model(esm)}, ["m", "m"])
    assert page.locator(".anywidget-view").all_inner_texts() == ["value 2", "value 2"]


def test_unmounting_stops_a_view_and_the_last_one_the_model(show):
    esm = """globalThis.seen = [];
      export default {
        initialize({ model, signal }) {
          signal.addEventListener("abort", () => seen.push("initialize aborted"));
          model.on("change:value", () => seen.push("model heard"));
          return () => seen.push("initialize cleaned"); },
        async render({ model, el, signal }) {
          signal.addEventListener("abort", () => seen.push("render aborted"));
          model.on("change:value", () => seen.push("view heard"));
          el.append("shown");
          return async () => seen.push("render cleaned"); } };"""
    page, log = show({"m": model(esm, "Pair"), "other": model()}, ["m", "m", "other"])
    unmount = "async (key) => { seen.length = 0; await bookWidgets.views.get(key).unmount(); }"
    page.evaluate("globalThis.m = bookWidgets.views.get('pair').model")
    page.evaluate(unmount, "pair")
    assert page.evaluate("seen") == ["render aborted", "render cleaned"]
    assert page.locator(".anywidget-view").all_inner_texts() == ["", "shown", "value 1"]
    page.evaluate("seen.length = 0; m.set('value', 8)")
    assert page.evaluate("seen") == ["model heard", "view heard"]
    page.evaluate(unmount, "pair-2")
    assert page.evaluate("seen") == [
        "render aborted",
        "render cleaned",
        "initialize aborted",
        "initialize cleaned",
    ]
    page.evaluate("seen.length = 0; m.set('value', 9)")
    assert page.evaluate("[seen, [...bookWidgets.views.keys()]]") == [[], ["counter"]]
    assert log.problems() == []


def test_unmounting_during_a_render_cleans_up_once_it_is_over(show):
    esm = """export default { async render({ el, signal }) {
      setTimeout(() => { globalThis.gone = bookWidgets.views.get("slow").unmount(); });
      await new Promise((done) => signal.addEventListener("abort", done));
      return () => { globalThis.cleaned = true; }; } };"""
    page, log = show({"m": model(esm, "Slow")})
    assert page.evaluate("gone.then(() => [cleaned, bookWidgets.views.size])") == [True, 0]
    assert log.problems() == []


def test_a_clean_up_that_throws_is_a_warning_and_the_view_goes_all_the_same(show):
    esm = """export default { render({ el }) { el.append("x");
      return () => { throw new Error("stuck"); }; } };"""
    page, log = show({"m": model(esm, "Stuck")})
    page.evaluate("bookWidgets.views.get('stuck').unmount()")
    assert page.locator("#stuck").inner_text() == ""
    assert [entry.split(" at ")[0].split("\n")[0] for entry in log.problems()] == [
        "console: warning: Error: clean-up failed: stuck"
    ]


def test_changes_fire_as_in_backbone(show):
    body = """const seen = globalThis.seen = [];
      model.on("change:value change:other", (m, value) => seen.push(value));
      model.on("change", () => seen.push("change"));
      model.set("value", 2); model.set("value", 2);
      model.set({ value: 3, other: "b" });
      model.set("other", "b");"""
    assert run_widget(show, body, other="a") == [2, "change", 3, "b", "change"]


def test_listeners_see_all_of_a_set(show):
    body = """model.on("change:value", () => { globalThis.seen = model.get("other"); });
      model.set({ value: 3, other: "b" });"""
    assert run_widget(show, body, other="a") == "b"


def test_equal_lists_are_no_change_and_different_ones_are(show):
    body = """globalThis.seen = 0;
      model.on("change:points", () => { globalThis.seen += 1; });
      model.set("points", [[1, 2], { a: null }]);
      model.set("points", [[1, 3], { a: null }]);
      model.set("points", [[1, 3], {}]);
      model.set("points", [[1, 3]]);
      model.set("points", [[1, 3], undefined].slice(0, 1));"""
    assert run_widget(show, body, points=[[1, 2], {"a": None}]) == 3


def test_off_takes_away_one_callback_one_name_or_all_of_this_view(show):
    body = """const seen = globalThis.seen = [];
      const f = () => seen.push("f"), g = () => seen.push("g"), set = (v) => model.set("value", v);
      model.on("change:value", f); model.on("change:value", g); model.on("change", f);
      set(2); seen.push("|"); model.off("change:value", f);
      set(3); seen.push("|"); model.off("change:value");
      set(4); seen.push("|"); model.off();
      set(5);"""
    assert run_widget(show, body) == ["f", "g", "f", "|", "g", "f", "|", "f", "|"]


def test_off_leaves_the_other_view_alone(show):
    esm = COUNTER.replace("show();", "show(); if (el.id === 'counter-2') model.off();")
    page, _ = show({"m": model(esm)}, ["m", "m"])
    page.get_by_role("button").first.click()
    assert page.get_by_role("button").all_inner_texts() == ["value 2", "value 1"]


def test_without_a_kernel_send_does_nothing_and_invoke_says_why_it_cannot(show):
    body = """model.send({ hello: 1 });
      globalThis.seen = await experimental.invoke("f").catch((error) => error.message)"""
    assert run_widget(show, body) == "invoke needs Python: this page has no kernel."


def test_binary_traits_are_data_views_at_their_paths(show):
    buffers = [(["data"], bytes([1, 2, 255])), (["nested", "list", 1], bytes([7]))]
    esm = """export default { render({ model }) {
      const nested = model.get("nested");
      globalThis.seen = [model.get("data") instanceof DataView, model.get("data").byteLength,
        model.get("data").getUint8(2), nested.list[0], nested.list[1].getUint8(0)]; } };"""
    page, log = show({"m": model(esm, buffers=buffers, nested={"list": ["a", None]})})
    assert page.evaluate("seen") == [True, 3, 255, "a", 7]
    assert log.problems() == []


def test_the_style_of_a_class_is_added_once(show):
    css = ".counter { color: red }"
    page, _ = show({"a": model(_css=css), "b": model(_css=css), "c": model(_css=css + "/**/")})
    assert page.locator("head style").all_text_contents() == [css, css + "/**/"]


# What goes wrong


@pytest.mark.parametrize(
    ("esm", "reason"),
    [
        ("export default {", "import failed: Unexpected end of input"),
        ("throw new Error('no data')", "import failed: no data"),
        ("export const render = 1", "import failed: the module has no default export"),
        ("export default () => { throw new Error('made') }", "import failed: made"),
        (
            "export default { initialize() { throw new Error('early') } }",
            "initialize failed: early",
        ),
        ("export default { async render() { throw 'late' } }", "render failed: late"),
    ],
)
def test_a_broken_widget_says_so_in_its_place_and_the_others_go_on(show, esm, reason):
    page, log = show({"bad": model(esm, "BadWidget"), "good": model()})
    assert page.locator("#bad").inner_text() == (
        f"“bad” could not be shown ({reason}). The rest of the page works."
    )
    assert page.get_by_role("button").all_inner_texts() == ["value 1"]
    (problem,) = log.problems()
    assert problem.startswith(f"console: warning: Widget bad: Error: {reason}")


def test_half_a_drawing_gives_way_to_the_message(show):
    esm = "export default { render({ el }) { el.append('half'); throw new Error('x'); } };"
    page, _ = show({"m": model(esm, "Half")})
    assert "halfx" not in page.locator("#half").inner_text()
    assert page.locator("#half").inner_text().startswith("“half” could not be shown")


# Widgets of other kinds


def test_a_foreign_control_is_a_sentence_never_a_dead_control(show):
    page, log = show({"s": foreign("IntSliderModel", value=3)})
    assert page.get_by_text(NEEDS_PYTHON, exact=True).count() == 1
    assert page.locator("input").count() == 0
    assert log.problems() == []


def test_the_stored_outputs_of_a_foreign_box_are_shown(show):
    png = base64.b64encode(b"not looked at").decode()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="9"/>'
    outputs = [
        {"output_type": "stream", "text": "n = 3\n"},
        {"output_type": "display_data", "data": {"text/plain": "Figure", "image/png": png}},
        {"output_type": "display_data", "data": {"image/svg+xml": [svg]}},
        {
            "output_type": "display_data",
            "data": {
                "text/plain": "<IPython.core.display.HTML object>",
                "text/html": "<b>bold</b>",
            },
        },
        {"output_type": "error", "ename": "ValueError", "evalue": "too big", "traceback": []},
    ]
    models = {
        "box": foreign("VBoxModel", children=["IPY_MODEL_s", "IPY_MODEL_t", "IPY_MODEL_o"]),
        "s": foreign("IntSliderModel", value=3),
        "t": foreign("IntSliderModel", value=4),
        "o": foreign("OutputModel", outputs=outputs),
    }
    page, _ = show(models, ["box"])
    assert page.get_by_text(NEEDS_PYTHON).count() == 1
    assert page.locator("pre").all_inner_texts() == ["n = 3\n", "bold", "ValueError: too big"]
    sources = [image.get_attribute("src") for image in page.locator("img").all()]
    assert sources[0] == f"data:image/png;base64,{png}"
    assert page.locator("img").last.evaluate("image => image.naturalWidth") == 20
    assert all(image.get_attribute("alt") for image in page.locator("img").all())


def test_html_in_a_stored_output_stays_text(show):
    outputs = [{"data": {"text/html": "<img src=x onerror='globalThis.hit = 1'>&lt;i&gt;"}}]
    page, log = show({"o": foreign("OutputModel", outputs=outputs)})
    assert page.locator("pre").inner_text() == "<i>"
    assert page.evaluate("globalThis.hit") is None
    assert log.problems() == []


def test_an_anywidget_in_a_foreign_box_lives(show):
    page, log = show({"box": foreign("HBoxModel", children=["IPY_MODEL_m"]), "m": model()}, ["box"])
    page.get_by_role("button", name="value 1").click()
    assert page.get_by_text(NEEDS_PYTHON).count() == 0
    assert log.problems() == []


def test_a_view_whose_state_was_not_saved_says_that_it_needs_python(show):
    page, log = show({"m": model()}, ["m", "gone"])
    assert page.get_by_text(NEEDS_PYTHON).count() == 1
    assert log.problems() == []


# Keys and links


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("NeuronWidget", "neuron"),
        ("GradientDescent", "gradient-descent"),
        ("RNNUnrolledWidget", "rnn-unrolled"),
        ("Conv2D", "conv2d"),
        ("Widget", "widget"),
    ],
)
def test_the_key_is_the_class_name(show, name, key):
    page, _ = show({"m": model(name=name)})
    assert page.evaluate("[...bookWidgets.views.keys()]") == [key]
    assert page.locator(".anywidget-view").get_attribute("id") == key
    assert page.locator(".anywidget-view").get_attribute("data-key") == key


def test_later_views_of_a_class_are_counted(show):
    models = {"a": model(), "b": model(name="Other"), "c": model(), "d": model()}
    page, _ = show(models)
    keys = page.evaluate("[...bookWidgets.views.keys()]")
    assert keys == ["counter", "other", "counter-2", "counter-3"]


def test_a_heading_keeps_its_name(show):
    page, _ = show({"m": model()}, before='<h2 id="counter">Counter</h2>')
    view = page.locator(".anywidget-view")
    assert view.get_attribute("id") == "counter-widget"
    assert view.get_attribute("data-key") == "counter"


def test_the_view_that_the_link_names_comes_into_sight(show):
    # Grows above the view after the browser itself has followed the link.
    grows = """export default { async render({ el }) {
      await new Promise((done) => setTimeout(done, 300)); el.style.height = "5000px"; } };"""
    models = {"above": model(grows, "Grows"), "m": model()}
    still = "<style>html { overflow-anchor: none }</style>"
    page, _ = show(models, link="#counter", before=still)
    assert 0 <= page.get_by_role("button").bounding_box()["y"] < page.viewport_size["height"]
    page, _ = show(models, link="#elsewhere", before=still)
    assert page.get_by_role("button").bounding_box()["y"] > page.viewport_size["height"]


# For tests and lecturers


def test_the_height_is_reserved_before_the_module_runs(show):
    esm = """globalThis.seen = document.getElementById("tall").offsetHeight;
      export default { render() {} };"""
    page, _ = show({"m": model(esm, "Tall", _heights=[234, 345])})
    assert page.evaluate("seen") == 234
    assert page.locator("#tall").evaluate("el => el.offsetHeight") == 0  # given back when drawn
    page, _ = show({"m": model(esm, "Tall", _heights=[234, 345])}, viewport=PHONE)
    assert page.evaluate("seen") == 345


def test_a_figure_in_a_section_that_is_not_laid_out_waits_and_is_not_measured(show):
    spy = """<script>
      const measured = (globalThis.measured = []);
      const { get } = Object.getOwnPropertyDescriptor(Element.prototype, "clientWidth");
      Object.defineProperty(Element.prototype, "clientWidth",
        { get() { measured.push(this.id); return get.call(this); } });
      const rect = Element.prototype.getBoundingClientRect;
      Element.prototype.getBoundingClientRect =
        function () { measured.push(this.id); return rect.call(this); };
    </script>"""
    far = "<div style='height: 9000px'></div><div id=far style='content-visibility: auto'></div>"
    page, log = show({"m": model()}, before=far + spy)
    # Only when the page has been painted is it known what is far.
    page.evaluate("() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))")
    draw = """async (state) => {
      const el = document.createElement("div");
      document.getElementById("far").append(el);
      measured.length = 0;
      bookWidgets.show(el, bookWidgets.model(state));
      await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
      return [measured, el.querySelectorAll("button").length];
    }"""
    assert page.evaluate(draw, model(_heights=[234, 345])["state"]) == [[], 0]
    page.locator("#far").scroll_into_view_if_needed()
    page.locator("#far button").wait_for()
    assert log.problems() == []


def test_the_module_and_the_model_of_a_view_are_open_to_tests(show):
    page, _ = show({"m": model()})
    assert page.evaluate("bookWidgets.views.get('counter').module.double(21)") == 42
    page.evaluate("bookWidgets.views.get('counter').model.set('value', 6)")
    assert page.locator("#counter").inner_text() == "value 6"
    assert page.evaluate("bookWidgets.views.get('counter').el.id") == "counter"


def test_ready_waits_for_the_slowest_view(show):
    esm = """export default { async render({ el }) {
      await new Promise((done) => setTimeout(done, 100)); el.append("at last"); } };"""
    page, _ = show({"a": model(), "b": model(esm, "Slow")})
    assert page.evaluate("document.getElementById('slow').textContent") == "at last"
