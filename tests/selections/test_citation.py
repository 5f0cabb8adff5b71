"""CITATION.cff is valid and says what the package says; licences are where REUSE wants them."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import catalog
from catalog.exports.licences import CITATION as EXPORTED_CITATION
from catalog.exports.licences import LICENSE, METADATA_AUTHOR, METADATA_URL

ROOT = Path(__file__).parents[2]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# What the file needs of the Citation File Format 1.2.0; a key beyond it is to be looked up in its schema first.
TOP_LEVEL = {
    "required": {"cff-version", "title", "message", "authors"},
    "allowed": {"type", "version", "license", "abstract", "keywords", "references", "date-released", "doi"}
    | {"identifiers", "repository-code", "url", "preferred-citation"},
}
REFERENCE = {
    "required": {"type", "title", "authors"},
    "allowed": {"scope", "year", "journal", "doi", "url", "version", "license", "notes"},
}
PERSON = {"required": set(), "allowed": {"family-names", "given-names", "orcid", "affiliation"}}
ENTITY = {"required": {"name"}, "allowed": {"website", "orcid"}}
REFERENCE_TYPES = ("article", "data")
TEXTS = ("cff-version", "title", "message", "abstract", "license", "scope", "journal", "doi", "url", "name", "version")
DOI = re.compile(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-.()\[\]\\]+")


def faults(citation):
    """Yield what is wrong with a citation file's content."""
    yield from faults_of_keys("top level", citation, TOP_LEVEL)
    if citation.get("cff-version") != "1.2.0":
        yield f"cff-version {citation.get('cff-version')!r}"
    if citation.get("type", "software") not in ("software", "dataset"):
        yield f"type {citation['type']!r}"
    if not all(isinstance(word, str) for word in citation.get("keywords", [])):
        yield "keywords"
    for work in (citation, *citation.get("references", [])):
        yield from faults_of_work(work)
    for reference in citation.get("references", []):
        yield from faults_of_keys("reference", reference, REFERENCE)
        if reference.get("type") not in REFERENCE_TYPES:
            yield f"reference type {reference.get('type')!r}"
        if not isinstance(reference.get("year", 0), int):
            yield f"year {reference['year']!r}"


def faults_of_work(work):
    for key in TEXTS:
        if key in work and (not isinstance(work[key], str) or not work[key].strip()):
            yield f"{key} {work[key]!r}"
    if "doi" in work and not DOI.fullmatch(str(work["doi"])):
        yield f"doi {work['doi']!r}"
    if "url" in work and not str(work["url"]).startswith("https://"):
        yield f"url {work['url']!r}"
    authors = work.get("authors") or []
    if not authors:
        yield "no authors"
    for author in authors:
        yield from faults_of_keys("author", author, ENTITY if "name" in author else PERSON)


def faults_of_keys(what, content, schema):
    yield from (f"{what} lacks {key}" for key in schema["required"] - content.keys())
    yield from (f"{what} has {key}" for key in content.keys() - schema["required"] - schema["allowed"])


def test_the_citation_file_is_valid():
    assert list(faults(CITATION)) == []


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"authors": []}, "no authors"),
        ({"cff-version": 1.2}, "cff-version 1.2"),
        ({"version": 0.1}, "version 0.1"),
        ({"title": None}, "title None"),
        ({"author": "x"}, "top level has author"),
        ({"type": "paper"}, "type 'paper'"),
        ({"references": [{"type": "dataset", "title": "x", "authors": [{"name": "x"}]}]}, "reference type 'dataset'"),
        ({"references": [{"type": "data", "authors": [{"family-name": "x"}]}]}, "author has family-name"),
        ({"references": [{"type": "data", "authors": [{"name": "x"}]}]}, "reference lacks title"),
        (
            {"references": [{**CITATION["references"][0], "doi": "https://doi.org/10.1/x"}]},
            "doi 'https://doi.org/10.1/x'",
        ),
    ],
)
def test_a_broken_citation_file_is_not(broken, fault):
    assert fault in list(faults({**CITATION, **broken}))


def test_it_says_what_the_package_says():
    assert CITATION["version"] == catalog.__version__ == PROJECT["version"]
    assert CITATION["title"] == PROJECT["name"]
    assert CITATION["license"] == PROJECT["license"]
    assert set(CITATION["keywords"]) <= set(PROJECT["keywords"])


def test_it_cites_the_sources_that_exports_name():
    paper, metadata = CITATION["references"]
    assert paper["title"] in EXPORTED_CITATION
    assert paper["doi"].removeprefix("10.48550/arXiv.") in EXPORTED_CITATION
    (author,) = metadata["authors"]
    assert f"{author['given-names']} {author['family-names']}" == METADATA_AUTHOR
    assert (metadata["url"], metadata["license"]) == (METADATA_URL, LICENSE)


def test_every_licence_used_has_its_text():
    annotations = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
    used = {annotation["SPDX-License-Identifier"] for annotation in annotations}
    assert used == {path.stem for path in (ROOT / "LICENSES").iterdir()}
    assert annotations[0]["path"] == "**"
    assert {PROJECT["license"], LICENSE} == used
    assert (ROOT / "LICENSES" / "BSD-3-Clause.txt").read_text() == (ROOT / "LICENSE").read_text()
