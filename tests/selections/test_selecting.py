"""Selections are kept, cited, listed and removed, alike on the command line and in Python, on both databases."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from catalog import Catalog, CatalogError, __version__
from catalog.cli import main
from catalog.database import connect
from catalog.errors import DatabaseError, InputError, NotFoundError, QueryError
from catalog.migrate import check, downgrade, upgrade
from catalog.models import SCHEMA_REVISION, SelectionTrial
from catalog.selections import digest_of
from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND

GABOR = f"{FIRST}/2\n{FIRST}/7\n{SECOND}/5\n"
DOCUMENT = (Path(__file__).parents[2] / "docs" / "selections.md").read_text()


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_is_cited(cat):
    before = datetime.now(UTC)
    cited = cat.select("fig2", "label=Gabor", valid_frames__ge=50, note="figure 2")
    assert before <= cited.created_at <= datetime.now(UTC)
    assert (cited.name, cited.n_trials, cited.note, cited.run_id) == ("fig2", 3, "figure 2", 1)
    assert cited.conditions == ("label=Gabor", "valid_frames>=50")
    assert (cited.version, cited.schema_revision) == (__version__, SCHEMA_REVISION)
    assert cited.digest == sha256(GABOR)
    assert cat.selections() == [cited]


def test_the_selected_trials_are_a_query(cat):
    cat.select("other", label="NaturalVideo")
    cat.select("fig2", label="Gabor")
    query = cat.selection("fig2")
    assert query.rows(["recording", "trial"]) == [(FIRST, 2), (FIRST, 7), (SECOND, 5)]
    assert [trial.video.id for trial in query] == ["v000003"] * 3
    assert query.filter(trial_type="live_test_bonus").count() == 1
    assert query.count_across("label").to_numpy().tolist() == [["Gabor", 3]]


def test_what_is_kept_of_a_trial(cat):
    cat.select("fig2", label="Gabor")
    with cat.session() as session:
        kept = session.get_one(SelectionTrial, ("fig2", SECOND, 5))
        trial = cat.trial(SECOND, 5)
        for column in sa.inspect(SelectionTrial).columns:
            if column.key not in ("selection", "recording"):
                assert getattr(kept, column.key) == getattr(trial, column.key), column.key
        assert kept.valid_locomotion is False


def test_all_and_none(cat):
    everything = cat.select("all")
    assert (everything.n_trials, everything.conditions) == (7, ())
    none = cat.select("none", label="Film", allow_empty=True)
    assert (none.n_trials, none.digest) == (0, sha256(""))
    assert cat.selection("none").count() == 0
    assert cat.replay("none").same


@pytest.mark.parametrize(
    ("conditions", "filters", "told"),
    [
        (["label=Gabr"], {}, r"no label here is 'Gabr'\. Did you mean 'Gabor'\?"),
        (
            [],
            {"valid_frames__ge": 3000},
            r"no valid_frames here is at least 3000; valid_frames is between 44 and 300\.",
        ),
        ([], {"label": "Gabor", "trial": 0}, "each of these conditions is met by some of the trials, but none"),
    ],
)
def test_what_selects_no_trial_is_refused(cat, conditions, filters, told):
    kept = cat.select("fig2", label="Gabor")
    for name, replace in (("none", False), ("fig2", True)):
        with pytest.raises(InputError, match=f"nothing was kept under '{name}', .*{told}.*, or give allow_empty=True$"):
            cat.select(name, *conditions, **filters, replace=replace)
    assert cat.selections() == [kept]
    assert cat.selection("fig2").count() == 3
    empty = cat.select("fig2", *conditions, **filters, replace=True, allow_empty=True)
    assert empty.n_trials == 0
    assert cat.selections() == [empty]


def test_an_empty_catalog_has_nothing_to_select(database):
    with Catalog(database) as cat:
        with pytest.raises(InputError, match="the catalog holds no trials"):
            cat.select("all")
        assert cat.select("all", allow_empty=True).n_trials == 0


def test_the_digest_is_the_same_in_every_catalog(both_databases, folder):
    """Other kind of database, other row order, other internal numbers: the same trials."""
    import_metadata(both_databases["sqlite"], folder.root)
    for name in (SECOND, FIRST):
        import_metadata(both_databases["postgresql"], folder.root, recordings=[name])
    digests, ids = [], []
    for database in both_databases.values():
        with Catalog(database) as cat:
            digests.append(cat.select("some", trial=[2, 4, 5, 7]).digest)
            ids.append(cat.trials.values("id"))
    assert ids[0] != ids[1]
    assert digests == [sha256(f"{FIRST}/2\n{FIRST}/7\n{SECOND}/4\n{SECOND}/5\n")] * 2


def test_trials_are_sorted_as_numbers():
    assert digest_of([("b", 1), ("a", 10), ("a", 9)]) == sha256("a/9\na/10\nb/1\n")
    assert digest_of([("ü", 1), ("z", 1), ("Z", 1)]) == sha256("Z/1\nz/1\nü/1\n")


def test_a_long_list_of_values(cat):
    assert cat.select("long", trial=range(40_000)).n_trials == 7
    assert cat.replay("long").same


def test_a_taken_name_is_refused(cat):
    first = cat.select("fig2", label="Gabor")
    with pytest.raises(InputError, match=r"'fig2' already; choose another name, or give replace=True$"):
        cat.select("fig2", label="NaturalVideo")
    assert cat.selections() == [first]
    second = cat.select("fig2", label="NaturalVideo", replace=True)
    assert cat.selections() == [second]
    assert cat.selection("fig2").values("label") == ["NaturalVideo"] * 3


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "a\0", "ä", "a\n", "x" * 101])
def test_names(cat, name):
    with pytest.raises(InputError, match="cannot name a selection"):
        cat.select(name)
    for ask in (cat.replay, cat.selection, cat.remove_selection):
        with pytest.raises(NotFoundError, match="no selection is called"):
            ask(name)
    assert cat.selections() == []


def test_bad_conditions_change_nothing(cat):
    kept = cat.select("fig2", label="Gabor")
    for conditions in (["labl=Gabor"], ["id=3"], ["label"], ["valid_frames>=many"], ["label=\0"]):
        with pytest.raises(QueryError):
            cat.select("fig2", *conditions, replace=True)
    with pytest.raises(InputError, match="note"):
        cat.select("fig2", note="\0", replace=True)
    assert cat.selections() == [kept]


def test_removing(cat):
    cat.select("a", label="Gabor")
    b = cat.select("b", label="Gabor")
    cat.remove_selection("a")
    assert cat.selections() == [b]
    with cat.session() as session:
        assert set(session.scalars(sa.select(SelectionTrial.selection))) == {"b"}
    assert cat.trials.count() == 7
    with pytest.raises(NotFoundError, match="'a'"):
        cat.remove_selection("a")


def test_an_unknown_name_offers_the_nearest(cat):
    with pytest.raises(NotFoundError, match="There is none yet"):
        cat.selection("fig2")
    cat.select("fig2-gabor", label="Gabor")
    for ask in (cat.replay, cat.selection, cat.remove_selection):
        with pytest.raises(NotFoundError, match="Did you mean 'fig2-gabor'"):
            ask("fig2-gabr")


def test_a_catalog_for_reading_cannot_select(world):
    with Catalog(world) as cat:
        kept = cat.select("fig2", label="Gabor")
    with Catalog(world, read_only=True) as cat:
        for write in (lambda: cat.select("b"), lambda: cat.remove_selection("fig2")):
            with pytest.raises(DatabaseError, match=r"open for reading alone.*read_only"):
                write()
        assert cat.selections() == [kept]
        assert cat.replay("fig2").same
        assert cat.selection("fig2").count() == 3


def test_a_file_that_cannot_be_written_says_so(make_database, folder):
    database = make_database("sqlite")
    import_metadata(database, folder.root)
    with Catalog(database, read_only=True) as cat:
        cat.read_only = False  # as when the file's permissions are what forbids it
        with pytest.raises(CatalogError, match="cannot be written"):
            cat.select("fig2")


def test_the_command_line(run):
    empty = run("select")
    assert (empty.exit_code, empty.stdout) == (0, "")
    assert "No selections" in empty.stderr

    made = run(
        "select", "fig2", "--where", "label = Gabor", "--where", "valid_frames__ge=50", "--note", "2", "--format=json"
    )
    assert made.exit_code == 0, made.output
    (cited,) = json.loads(made.stdout)
    assert (cited["name"], cited["n_trials"], cited["note"], cited["run_id"]) == ("fig2", 3, "2", 1)
    assert cited["conditions"] == ["label=Gabor", "valid_frames>=50"]
    assert cited["digest"] == sha256(GABOR)
    assert json.loads(run("select", "--format=json").stdout) == [cited]
    assert sha256(GABOR) in run("select").stdout

    refused = run("select", "fig2", "--where", "label=NaturalVideo")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "Error: there is a selection called 'fig2' already; choose another name, or give --replace\n"
    )
    assert json.loads(run("select", "--format=json").stdout) == [cited]

    empty = run("select", "fig2", "--where", "label=Gabr", "--replace")
    assert (empty.exit_code, empty.stdout) == (2, "")
    assert empty.stderr == (
        "Error: nothing was kept under 'fig2', since no trial is selected: no label here is 'Gabr'. "
        "Did you mean 'Gabor'? Change the conditions, or give --allow-empty\n"
    )
    assert json.loads(run("select", "--format=json").stdout) == [cited]

    replaced = run("select", "fig2", "--where", "label=Film", "--replace", "--allow-empty", "--format=json")
    assert replaced.exit_code == 0
    assert json.loads(replaced.stdout)[0]["n_trials"] == 0

    removed = run("select", "fig2", "--remove")
    assert (removed.exit_code, removed.stdout, removed.stderr) == (0, "", "fig2: removed\n")
    assert run("select", "fig2", "--remove").exit_code == 2
    assert json.loads(run("select", "--format=json").stdout) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--remove"],
        ["--where", "label=Gabor"],
        ["--note", "x"],
        ["a", "--remove", "--replace"],
        ["a", "--remove", "--allow-empty"],
        ["--allow-empty"],
        ["a", "--remove", "--where", "label=Gabor"],
        ["a", "--where", "labl=Gabor"],
        ["a b"],
    ],
)
def test_wrong_usage(run, arguments):
    run("select", "a")
    before = run("select").stdout
    result = run("select", *arguments)
    assert result.exit_code == 2, result.output
    assert "Error" in result.stderr
    assert run("select").stdout == before


def test_selecting_creates_no_database(tmp_path):
    result = CliRunner().invoke(main, ["--db", str(tmp_path / "new.db"), "select", "a"])
    assert result.exit_code == 2
    assert not (tmp_path / "new.db").exists()


def test_the_migration_both_ways(world):
    with Catalog(world) as cat:
        cat.select("fig2", label="Gabor")
        trials = cat.trials.rows()
    engine = connect(world)
    downgrade(engine, "0002_overviews")
    assert not {"selections", "selection_trials"} & set(sa.inspect(engine).get_table_names())
    upgrade(engine)
    check(engine)
    with Catalog(world) as cat:
        assert cat.selections() == []
        assert cat.trials.rows() == trials
        cat.select("fig2", label="Gabor")
    engine.dispose()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE selections SET digest = 'x'", "digest_is_sha256"),
        ("UPDATE selections SET n_trials = -1", "n_trials_not_negative"),
        ("UPDATE selections SET name = ''", "name_not_empty"),
        ("UPDATE selection_trials SET trial = -1", "trial_not_negative"),
        ("UPDATE selection_trials SET selection = 'x'", "(?i)foreign key"),
        ("UPDATE selections SET run_id = 9", "(?i)foreign key"),
    ],
)
def test_the_database_refuses(cat, statement, constraint):
    cat.select("fig2", label="Gabor")
    with cat.session() as session, pytest.raises(sa.exc.IntegrityError, match=constraint):
        session.execute(sa.text(statement))


def test_a_renamed_selection_keeps_its_trials_and_a_deleted_run_is_unknown(cat):
    cat.select("fig2", label="Gabor")
    with cat.session() as session:
        session.execute(sa.text("UPDATE selections SET name = 'fig3'"))
        session.execute(sa.text("UPDATE recordings SET run_id = NULL"))
        session.execute(sa.text("DELETE FROM ingest_runs"))
        session.commit()
    assert cat.selection("fig3").count() == 3
    assert cat.selections()[0].run_id is None
    assert cat.replay("fig3").same


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
@pytest.mark.parametrize("command", re.findall(r"```sh\n(.*?)\n```", DOCUMENT))
def test_the_documented_digest_is_the_cited_one(command, world, tmp_path):
    with Catalog(world) as cat:
        cited = cat.select("fig2-gabor", label="Gabor", valid_frames__ge=50)
    tool = f"{sys.executable} -c 'from catalog.cli import main; main()' --db {world!r}"
    found = subprocess.run(
        command.replace("300", "50").replace("catalog ", f"{tool} ", 1), shell=True, capture_output=True, text=True
    )
    assert found.stdout.split()[0] == cited.digest, found.stderr


def test_there_are_two_documented_ways():
    assert len(re.findall(r"```sh\n(.*?)\n```", DOCUMENT)) == 2
