"""What the checks of every chapter owe; a chapter's test class inherits it and feeds it.

Right numbers, mistakes and sentences come from the rows of the chapter's ``.toml``. What stands
here a second time, in ``NUMBERS``, is what a person found with pencil and paper.
"""

import re
from itertools import pairwise

import numpy as np

from lecturelib.checks import mark, questions
from lecturelib.checks.questions import sections

# Numbers as people type them, in the page and in Python; several where the text is ambiguous.
TYPED = {
    "-0.5": [-0.5],
    "−0,5": [-0.5],
    "– 3": [-3],
    "+3": [3],
    ".5": [0.5],
    "5.": [5],
    " 0,38 ": [0.38],
    "0,333": [0.333],
    "512000": [512000],
    "512 000": [512000],
    "512\u00a0000": [512000],
    "512\u2009000": [512000],
    "512\u202f000,5": [512000.5],
    "512'000": [512000],
    "512_000": [512000],
    "512,000": [512000, 512],
    "512.000": [512, 512000],
    "-4,605": [-4605, -4.605],
    "1,000.5": [1000.5],
    "1.000,5": [1000.5],
    "1,234,567": [1234567],
    "12.345.678": [12345678],
    "1/4": [0.25],
    " -1 / 8 ": [-0.125],
    "1,5/2": [0.75],
    "50 %": [0.5, 50],
    "-7,5%": [-0.075, -7.5],
    "1e3": [1000],
    "2.5e-3": [0.0025],
    "−2,5E−3": [-0.0025],
    "1.5×10³": [1500],
    "1,5 x 10^-2": [0.015],
    "1.5*10**3": [1500],
    "2·10⁻³": [0.002],
    "10^4": [10000],
    "-10²": [-100],
}
NOT_TYPED = ["", " ", "-", ".", "%", "abc", "1.2.3", "1,2,3", "1 2", "12 34", "0 512", "1..2"]
NOT_TYPED += [
    "1,234.567.890",
    "1.234,567,8",
    "--1",
    "e5",
    "10^",
    "0x10",
    "1/0",
    "1e999",
    "2 apples",
]
TYPED |= {text: [] for text in [*NOT_TYPED, "Infinity", "NaN"]}
GARBAGE = ["", "<b>", [], {}, object(), float("nan"), 1e308, [[]], (1, 2, 3, 4), int]


def checks_of(module):
    """The checks that a chapter's module defines, by name."""
    return {
        name: thing for name, thing in vars(module).items() if getattr(thing, "is_check", False)
    }


def rows_of(chapter, *kinds):
    """The rows of these kinds in a chapter's .toml, by id."""
    rows = [row for section in sections(chapter) for row in questions(chapter, section)]
    chosen = [row for row in rows if row["kind"] in kinds]
    by_id = {row["id"]: row for row in chosen}
    assert len(by_id) == len(chosen), f"two rows of {chapter}.toml have the same id"
    return by_id


def slack(row, value=None):
    """How far from the value an answer may lie."""
    value = row["answer"] if value is None else value
    return row["tolerance"] if "tolerance" in row else row["relative"] * abs(value)


def forms(number):
    """A pattern for the number as a sentence might show it; small whole numbers are everywhere."""
    size = abs(number)
    shown = {f"{size:.{digits}f}" for digits in (1, 2, 3, 4)} - {"0.0", "0.00", "0.000", "0.0000"}
    if size >= 10 and size == round(size):
        shown |= {f"{size:.0f}", f"{size:,.0f}", f"{size:,.0f}".replace(",", " ")}
    if 0 < size < 0.01:
        shown.add(f"{1 / size:.0f}")
    if number < 0 and size == round(size):
        shown.add(f"[-−]{size:.0f}")
    return re.compile(rf"(?<![\d.,])({'|'.join(sorted(shown) or ['(?!)'])})(?!\d|[.,]\d)")


class CheckContract:
    """Inherit it as ``TestChapter``, set ``check`` and feed the tables.

    ``NUMBERS``: for each number of the ``.toml`` the right one as a reader types it, then what
    leads to each of its mistakes, in their order (a tuple for both ends of a range).
    ``CHOICES``: for each choice the first words of the right option, as a tuple if several are.
    ``RIGHT`` and ``WRONG``, for each other check: right answers; pairs of a wrong answer and words
    of the reply that names its mistake.
    """

    NUMBERS: dict = {}
    CHOICES: dict = {}
    RIGHT: dict = {}
    WRONG: dict = {}

    def pytest_generate_tests(self, metafunc):
        """Give a test a row for each thing that its arguments name."""
        asked, chapter = metafunc.fixturenames, self.check.__name__.rpartition(".")[2]
        rows = rows_of(chapter, "number")
        if "row" in asked:
            metafunc.parametrize("row", rows.values(), ids=rows)
        elif "words" in asked:
            flat = [(name, *pair) for name, pairs in self.WRONG.items() for pair in pairs]
            metafunc.parametrize(("name", "answer", "words"), flat)
        elif "answer" in asked:
            flat = [(name, answer) for name, answers in self.RIGHT.items() for answer in answers]
            metafunc.parametrize(("name", "answer"), flat)
        elif "function" in asked:
            code = [name for name, answers in self.RIGHT.items() if callable(answers[0])]
            metafunc.parametrize("function", code)
        elif "name" in asked:
            metafunc.parametrize("name", checks_of(self.check))

    def judge(self, name, answer):
        """The verdict of the check of that name."""
        return checks_of(self.check)[name](answer)

    def test_nothing_goes_untested(self):
        chapter, checks = self.check.__name__.rpartition(".")[2], checks_of(self.check)
        rows = rows_of(chapter, "number")
        assert set(self.NUMBERS) == set(rows)
        assert set(checks) - set(rows) == set(self.RIGHT) == set(self.WRONG)
        if "numbers" in sections(chapter):
            assert {row["id"] for row in questions(chapter, "numbers")} <= set(checks)

    def test_a_check_has_its_name_and_a_docstring(self, name):
        check = checks_of(self.check)[name]
        assert check.__name__ == name
        assert len(check.__doc__) > 8

    def test_dots_are_no_answer_yet(self, name):
        assert self.judge(name, ...).right is None

    def test_garbage_gets_a_verdict(self, name):
        for answer in GARBAGE:
            verdict = self.judge(name, answer)
            assert verdict.right is False, answer
            assert verdict.says

    def test_right(self, name, answer):
        verdict = self.judge(name, answer)
        assert verdict, verdict
        assert verdict.says

    def test_wrong_names_the_mistake(self, name, answer, words):
        verdict = self.judge(name, answer)
        assert verdict.right is False
        assert re.search(words, verdict.says), verdict

    def test_the_right_options_are_those_that_a_person_ticks(self):
        rows = rows_of(self.check.__name__.rpartition(".")[2], "choice", "several")
        assert set(self.CHOICES) == set(rows)
        for name, starts in self.CHOICES.items():
            single = isinstance(starts, str)
            assert rows[name]["kind"] == ("choice" if single else "several")
            texts = [option["text"] for option in rows[name]["options"] if option.get("right")]
            for start in [starts] if single else starts:
                found = next((text for text in texts if text.startswith(start)), None)
                assert found, f"{name}: {start!r} begins none of {texts}"
                texts.remove(found)
            assert not texts, name

    # Numbers

    def test_what_a_person_finds_is_right_and_each_wrong_way_is_named(self, row):
        right, *wrong = self.NUMBERS[row["id"]]
        judges = [lambda answer: mark(row, answer)]
        if row["id"] in checks_of(self.check):
            judges.append(checks_of(self.check)[row["id"]])
        assert len(wrong) == len(row["mistakes"])
        for judge in judges:
            for typed in (right, np.float64(right), f"{right}", f"{right}".replace("-", "−")):
                assert (judge(typed).right, judge(typed).says) == (True, row["says"])
            for values, mistake in zip(wrong, row["mistakes"], strict=True):
                for value in np.atleast_1d(values):
                    verdict = judge(value)
                    assert (verdict.right, verdict.says) == (False, mistake["says"]), value

    def test_no_other_number_fits_by_accident(self, row):
        known = [row["answer"], *(m["value"] for m in row["mistakes"] if "value" in m)]
        low = max((m["below"] for m in row["mistakes"] if "below" in m), default=min(known) - 9)
        high = min((m["above"] for m in row["mistakes"] if "above" in m), default=max(known) + 9)
        inside = sorted({low, high, *(k for k in known if low < k < high)})
        between = [(a + b) / 2 for a, b in pairwise(inside)]
        free = [x for x in between if all(abs(x - k) > 2 * slack(row, k) for k in known)]
        assert free
        for value in free:
            assert (mark(row, value).right, mark(row, value).says) == (False, row["otherwise"])

    def test_the_tolerance_is_that_of_rounding(self, row):
        right, width = row["answer"], slack(row)
        asked = re.search(r"to (two|three) decimals", row["text"])
        digits = {"two": 2, "three": 3}[asked[1]] if asked else None
        most = 0.56 * 10.0**-digits if asked else 0.0125 * abs(right) or 0.005
        assert width <= most + 1e-12
        for sign in (-1, 1):
            assert mark(row, right + sign * 0.99 * width)
            assert not mark(row, right + sign * (1.01 * width or 1))
        for mistake in row["mistakes"]:
            assert abs(mistake.get("value", np.inf) - right) > 2 * width

    def test_no_wrong_verdict_shows_the_right_number(self, row):
        for says in [row["otherwise"], *(mistake["says"] for mistake in row["mistakes"])]:
            assert not forms(row["answer"]).search(says), says

    # Functions

    def test_what_is_no_function_or_fails_is_said(self, function):
        def fails(*_):
            raise KeyError("w1")

        def recurses(*arguments):
            return recurses(*arguments)

        for answer, words in [
            (3, "Hand over the function itself"),
            (lambda *_: None, "returns nothing yet"),
            (fails, "Your answer raised KeyError: 'w1'"),
            (recurses, "Your answer raised RecursionError"),
            (lambda: 1, "Your answer raised TypeError"),
        ]:
            verdict = self.judge(function, answer)
            assert verdict.right is False
            assert verdict.says.startswith(words) or words in verdict.says

    def test_the_function_handed_in_cannot_spoil_the_check(self, function):
        def spoiling(*arguments):
            result = self.RIGHT[function][0](*arguments)
            for argument in arguments:
                spoil(argument)
            return result

        verdict = self.judge(function, spoiling)
        assert verdict or "handed in" in verdict.says, verdict


def spoil(thing):
    """Overwrite the arrays in a thing, and empty its lists."""
    if isinstance(thing, np.ndarray) and thing.dtype.kind in "fi":
        thing[...] = 0
    if isinstance(thing, list | dict):
        for part in list(thing.values() if isinstance(thing, dict) else thing):
            spoil(part)
    if isinstance(thing, list):
        thing.clear()
