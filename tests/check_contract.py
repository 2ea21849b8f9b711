"""What the checks of every chapter owe: a chapter's test module imports these, with its tables.

``check`` is the chapter's module of checks, ``RIGHT`` has right answers by check, ``WRONG`` pairs
of a wrong answer and the words that name its mistake. ``conftest.py`` beside the chapters' tests
hands the rows over.
"""

import re

from lecturelib import checks as shared


def checks_of(chapter):
    """The checks that a chapter's module defines, by name."""
    return {
        name: function
        for name, function in vars(chapter).items()
        if getattr(function, "__module__", "") == "lecturelib.checks" and function.__doc__
        if name not in vars(shared)
    }


def test_every_check_is_tested(request):
    module = request.module
    assert set(checks_of(module.check)) == set(module.RIGHT) == set(module.WRONG)


def test_right(request, name, answer):
    verdict = checks_of(request.module.check)[name](answer)
    assert verdict, verdict
    assert verdict.says


def test_wrong_names_the_mistake(request, name, answer, words):
    verdict = checks_of(request.module.check)[name](answer)
    assert verdict.right is False
    assert re.search(words, verdict.says), verdict


def test_dots_are_no_answer_yet(request, name):
    assert checks_of(request.module.check)[name](...).right is None
