"""Every worked example in a docstring is true."""

import doctest
import importlib
import pkgutil

import pytest

from results import analysis

MODULES = [name for _, name, _ in pkgutil.iter_modules(analysis.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_hold(name):
    outcome = doctest.testmod(importlib.import_module(f"results.analysis.{name}"))
    assert outcome.failed == 0


def test_there_are_examples():
    found = [
        test
        for name in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(f"results.analysis.{name}"))
        if test.examples
    ]
    assert len(found) >= 15
