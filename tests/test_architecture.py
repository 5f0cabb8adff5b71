"""Imports point one way, and what is light stays light."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import catalog

ROOT = Path(__file__).parents[1]
OURS = ("catalog", "ingest", "tests", "migrations", "benchmarks")
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("catalog", "ingest")
    for path in sorted((ROOT / package).rglob("*.py"))
}
"""Every module of both packages, and its file."""


def _imports(path: Path, package: str) -> Iterator[str]:
    """Yield the full name of each module that a file imports, in functions and for type checking too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _package_of(module: str) -> str:
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


def _is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _imported_by(*packages: str) -> Iterator[tuple[str, str]]:
    """Yield (module, what it imports) for the modules of these packages."""
    for module, path in MODULES.items():
        if _is_in(module, *packages):
            for imported in _imports(path, _package_of(module)):
                yield module, imported


def test_there_is_something_to_look_at() -> None:
    found = set(_imported_by("catalog"))
    assert ("catalog.query", "catalog.filters") in found
    assert ("catalog.cli.fill", "ingest.importing") in found
    for package in ("ingest.analysis", "ingest.reading", "ingest.writing", "ingest.simulation", "ingest.published"):
        assert sum(_is_in(module, package) for module in MODULES) > 2, package


def test_the_catalog_knows_nothing_of_ingest_but_on_the_command_line() -> None:
    wrong = [
        (module, imported)
        for module, imported in _imported_by("catalog")
        if _is_in(imported, "ingest") and not _is_in(module, "catalog.cli")
    ]
    assert wrong == []


def test_a_dataset_alone_reaches_for_ingest_by_name() -> None:
    # A DataSet makes its catalog by itself, which is what `ingest` is for; it is found by its name, when it is needed.
    named = [
        (module, node.value)
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_in(node.value, "ingest")
        if _is_in(module, "catalog") and not _is_in(module, "catalog.cli") and node.value in MODULES
    ]
    assert [found for found in named if found[1] != "ingest"] == [("catalog.dataset.making", "ingest.making")]


def test_only_the_command_line_knows_the_command_line() -> None:
    wrong = [
        (module, imported)
        for module, imported in _imported_by("catalog", "ingest")
        if _is_in(imported, "catalog.cli", "click") and not _is_in(module, "catalog.cli")
    ]
    assert wrong == []


def test_analysis_is_numpy_and_itself() -> None:
    allowed = {*sys.stdlib_module_names, "numpy"}
    wrong = [
        (module, imported)
        for module, imported in _imported_by("ingest.analysis")
        if imported.split(".")[0] not in allowed and not _is_in(imported, "ingest.analysis")
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("layer", "unknown"),
    [
        ("ingest.reading", ("ingest.analysis", "ingest.writing", "ingest.simulation", "sqlalchemy", "catalog.models")),
        ("ingest.writing", ("ingest.analysis", "ingest.reading", "ingest.simulation", "numpy", "pandas")),
        ("ingest.simulation", ("ingest.analysis", "ingest.reading", "ingest.writing", "sqlalchemy", "catalog")),
        ("ingest.published", ("ingest.analysis", "ingest.reading", "ingest.writing", "sqlalchemy")),
    ],
)
def test_layers_do_not_know_each_other(layer: str, unknown: tuple[str, ...]) -> None:
    wrong = [(module, imported) for module, imported in _imported_by(layer) if _is_in(imported, *unknown)]
    assert wrong == []


def test_nothing_imports_tests() -> None:
    wrong = [
        (module, imported)
        for module, imported in _imported_by("catalog", "ingest")
        if _is_in(imported, "tests", "benchmarks", "migrations", "pytest", "hypothesis")
    ]
    assert wrong == []


def test_migrations_do_not_change_with_our_code() -> None:
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        imported = set(_imports(path, ""))
        assert not [name for name in imported if _is_in(name, *OURS)], path.name


def test_nothing_prints() -> None:
    printing = [
        f"{module}:{node.lineno}"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(ast.parse(MODULES[module].read_text())), module


NEEDS = {"catalog.batches": "torch"}
"""Packages of an extra that is too heavy for every test run, and what must be installed for them."""


def test_every_public_name_is_there() -> None:
    for name in catalog.__all__:
        assert getattr(catalog, name) is not None
    assert dir(catalog) == sorted(catalog.__all__)
    with pytest.raises(AttributeError, match="module 'catalog' has no attribute 'Catalogue'"):
        _ = catalog.Catalogue
    for module, path in MODULES.items():
        if path.name == "__init__.py" and importlib.util.find_spec(NEEDS.get(module, "catalog")):
            package = importlib.import_module(module)
            for name in getattr(package, "__all__", ()):
                assert hasattr(package, name), f"{module}.{name}"


HEAVY = ("sqlalchemy", "alembic", "numpy", "pandas", "scipy", "matplotlib", "psycopg", "torch")


@pytest.mark.parametrize(
    ("program", "loaded"),
    [
        ("import catalog", ()),
        ("import catalog.cli", ()),
        ("from catalog import Catalog", ("sqlalchemy",)),
        ("from catalog import Trial", ("sqlalchemy",)),
        ("from catalog import DataSet", ("sqlalchemy", "numpy")),
        ("import ingest.analysis", ("numpy",)),
        ("import catalog.signals", ("sqlalchemy", "numpy")),
    ],
)
def test_importing_loads_no_more_than_it_must(program: str, loaded: tuple[str, ...]) -> None:
    shown = f"{program}\nimport sys\nsys.stdout.write(' '.join(name for name in {HEAVY} if name in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True, cwd=ROOT)
    assert tuple(ran.stdout.split()) == loaded
