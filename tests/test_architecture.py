"""The shape of the code, read from the code itself: who may import whom, and who may read the answers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("barometer", "surveys", "respondents", "results")
MODULES = sorted(
    path.relative_to(ROOT)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)

PURE = ("surveys/codebook.py", "surveys/instrument/", "results/analysis/")
FRAMEWORKS = ("django", "crispy_forms", "celery", "redis")
SERVICES_AND_PAGES = {"forms", "views", "pages", "urls", "tasks", "mail", "access"}
QUESTION_TYPES = {"single", "multiple", "grid", "scale", "number", "ranking", "text", "note"}

# Reading answers for analysis is the frame's alone; the collecting side writes, freezes and withdraws them.
READER_OF_ANSWERS = "results/frames.py"


def parsed(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(encoding="utf-8"))


def imports(module: Path) -> Iterator[str]:
    """The full dotted names that a module imports, also inside functions."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}:{node.lineno} imports relatively; say the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def offenders(where: str | tuple[str, ...], *, may_not: object) -> list[str]:
    """`module imports name` for each module under `where` and each name that it may not import."""
    found = [module for module in MODULES if str(module).startswith(where)]
    assert found, f"nothing stands under {where}"
    return [f"{module} imports {name}" for module in found for name in imports(module) if may_not(name)]


def begins(*packages: str):
    return lambda name: name.split(".")[0] in packages


@pytest.mark.parametrize("package", PURE)
def test_pure_code_imports_no_framework(package):
    assert offenders(package, may_not=begins(*FRAMEWORKS)) == []


@pytest.mark.parametrize("package", PURE)
def test_pure_code_imports_only_pure_code_of_ours(package):
    pure = tuple(path.removesuffix(".py").rstrip("/").replace("/", ".") for path in PURE)
    assert offenders(package, may_not=lambda name: begins(*PACKAGES)(name) and not name.startswith(pure)) == []


@pytest.mark.parametrize(
    ("package", "unknown"),
    [
        ("surveys/", ("respondents", "results", "barometer")),
        ("respondents/", ("results", "barometer")),
        ("results/", ("barometer",)),
    ],
)
def test_imports_point_one_way(package, unknown):
    assert offenders(package, may_not=begins(*unknown)) == []


def test_models_import_no_services_and_no_pages():
    models = tuple(f"{package}/models" for package in PACKAGES[1:])
    assert offenders(models, may_not=lambda name: bool(SERVICES_AND_PAGES.intersection(name.split(".")))) == []


def test_nothing_but_the_sweeps_table_knows_the_tasks():
    everywhere = tuple(f"{package}/" for package in PACKAGES)
    assert offenders(everywhere, may_not=lambda name: ".tasks" in f".{name}" and begins(*PACKAGES)(name)) == []


def test_results_read_the_answers_in_one_place():
    outside = [module for module in MODULES if str(module).startswith("results/")]
    readers = {str(module) for module in outside if any(name.endswith(".Frozen") for name in imports(module))}
    assert readers == {READER_OF_ANSWERS}
    named = {
        f"{module}:{node.lineno}"
        for module in outside
        if str(module) != READER_OF_ANSWERS and not str(module).startswith(PURE)
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute) and node.attr in ("answers", "sent")
    }
    assert named == set()


def test_nobody_asks_for_a_question_type_by_its_key():
    asked = [
        f"{module}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Compare) and _names_a_type(node)
    ]
    assert asked == []


def _names_a_type(node: ast.Compare) -> bool:
    """Whether something called `type` (or `….type`, `…["type"]`) is compared with the key of a question type."""
    sides = [node.left, *node.comparators]
    constants = {each.value for side in sides for each in ast.walk(side) if isinstance(each, ast.Constant)}
    return bool(constants & QUESTION_TYPES) and any(_is_called_type(side) for side in sides)


def _is_called_type(node: ast.expr) -> bool:
    match node:
        case ast.Name(id="type" | "question_type") | ast.Attribute(attr="type" | "question_type"):
            return True
        case ast.Subscript(slice=ast.Constant(value="type")):
            return True
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value="type"), *_]):
            return True
    return False


def test_no_module_is_a_drawer_for_everything():
    assert [str(module) for module in MODULES if module.stem in ("utils", "helpers", "misc", "common")] == []


def test_every_module_opens_with_a_sentence():
    silent = [str(module) for module in MODULES if parsed(module).body and not ast.get_docstring(parsed(module))]
    assert silent == []
