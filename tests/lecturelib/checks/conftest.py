"""Hands the tables of a chapter's test module to the tests that all chapters share."""

import pytest

pytest.register_assert_rewrite("check_contract")


def pytest_generate_tests(metafunc):
    module, asked = metafunc.module, metafunc.function.__name__
    if metafunc.function.__module__ != "check_contract":
        return
    if asked == "test_right":
        rows = [(name, answer) for name, answers in module.RIGHT.items() for answer in answers]
        metafunc.parametrize(("name", "answer"), rows)
    if asked == "test_wrong_names_the_mistake":
        rows = [(name, *pair) for name, pairs in module.WRONG.items() for pair in pairs]
        metafunc.parametrize(("name", "answer", "words"), rows)
    if asked == "test_dots_are_no_answer_yet":
        metafunc.parametrize("name", module.RIGHT)
