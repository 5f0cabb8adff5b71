"""SQL of the user's own: any question is answered, and nothing is changed, however it is put."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import Catalog, raw_sql
from catalog.database import connect
from catalog.errors import NotACatalogError, QueryError
from catalog.unknown_names import COLUMNS
from tests.conftest import MakeDatabase
from tests.queries.world import WORLD


def _contents(database: str) -> dict[str, int]:
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.text(f'SELECT COUNT(*) FROM "{name}"')) or 0
            for name in sa.inspect(connection).get_table_names()
        }


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1", [(1,)]),
        ("select 1;", [(1,)]),
        ("  \n-- a comment; with 'a quote\n/* and\nanother */ SELECT 1 -- end", [(1,)]),
        ("WITH one AS (SELECT 1 AS n) SELECT n + 1 FROM one", [(2,)]),
        ("VALUES (1, 'a'), (2, 'b')", [(1, "a"), (2, "b")]),
        ("SELECT '100%', '%s', '%(name)s', ':name', '?', 'it''s'", [("100%", "%s", "%(name)s", ":name", "?", "it's")]),
        ("SELECT 7 % 4", [(3,)]),
        ("SELECT COUNT(*) FROM trial_overview", [(len(WORLD.trials),)]),
        ("SELECT name FROM recordings WHERE name LIKE '%29513%'", [(WORLD.recordings[0]["name"],)]),
        ("SELECT NULL WHERE 1 = 0", []),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
            [(1,), (2,), (3,)],
        ),
    ],
)
def test_questions_are_answered(own_database: str, statement: str, expected: list[tuple[object, ...]]) -> None:
    _, rows = raw_sql.run_sql(own_database, statement)
    assert [tuple(row) for row in rows] == expected


def test_columns_have_their_names(own_database: str) -> None:
    columns, rows = raw_sql.run_sql(
        own_database, 'SELECT recording, trial AS number, 1 AS "odd name" FROM trial_overview'
    )
    assert columns == ["recording", "number", "odd name"]
    assert len(list(rows)) == len(WORLD.trials)


WRITES = (
    "INSERT INTO recordings (name, source) VALUES ('x', 'raw')",
    "/* SELECT */ DELETE FROM trials",
    "-- SELECT\nDELETE FROM trials",
    "(DELETE FROM trials)",
    "SELECT 1; DELETE FROM trials",
    "SELECT 1; COMMIT; DELETE FROM trials",
    "SELECT 1; COMMIT; BEGIN READ WRITE; DELETE FROM trials; COMMIT",
    "SELECT 1;;DELETE FROM trials;",
    "WITH doomed AS (SELECT 1) DELETE FROM trials",
    "WITH doomed AS (SELECT id FROM trials) UPDATE trials SET label = 'x' WHERE id IN (SELECT id FROM doomed)",
    "WITH new AS (SELECT 'x') INSERT INTO recordings (name, source) SELECT 'x', 'raw' FROM new",
    "DROP TABLE trials",
    "CREATE TABLE more (id INTEGER)",
    "UPDATE trials SET label = 'x'",
    "BEGIN",
    "COMMIT",
    "",
    "   ",
    "-- nothing",
    "; SELECT 1",
    "EXPLAIN DELETE FROM trials; DELETE FROM trials",
)
SQLITE_WRITES = (
    "ATTACH DATABASE 'other.db' AS other",
    "SELECT 1; ATTACH DATABASE 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "VACUUM",
    "PRAGMA user_version = 7",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "CREATE TEMP TABLE more (id INTEGER)",
    "REPLACE INTO recordings (id, name, source) VALUES (1, 'x', 'raw')",
    "SELECT load_extension('nothing')",
    "REINDEX",
    "ANALYZE",
    "DETACH DATABASE main",
    "SAVEPOINT one",
)
POSTGRESQL_WRITES = (
    "WITH gone AS (DELETE FROM trials RETURNING id) SELECT COUNT(*) FROM gone",
    "WITH new AS (UPDATE trials SET label = 'x' RETURNING id) SELECT * FROM new",
    "SELECT * INTO more FROM trials",
    "SELECT * FROM trials FOR UPDATE",
    "EXPLAIN ANALYZE DELETE FROM trials",
    "COPY trials TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/dev/null'",
    "SET default_transaction_read_only = off",
    "SET TRANSACTION READ WRITE",
    "RESET ALL",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "WITH s AS (SELECT set_config('transaction_read_only', 'off', false)) SELECT * FROM s",
    "SELECT nextval('recordings_id_seq')",
    "SELECT setval('recordings_id_seq', 1)",
    "SELECT lo_create(0)",
    "SELECT query_to_xml('DELETE FROM trials RETURNING id', true, true, '')",
    "DO $$ BEGIN DELETE FROM trials; END $$",
    "CALL nothing()",
    "NOTIFY one",
    "PREPARE p AS DELETE FROM trials",
    "CREATE TEMP TABLE more (id INTEGER)",
    "TRUNCATE trials",
    "LOCK TABLE trials",
)


@pytest.mark.parametrize("statement", [*WRITES, *SQLITE_WRITES, *POSTGRESQL_WRITES])
def test_nothing_can_be_changed(
    own_database: str, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files, before = set(tmp_path.iterdir()), _contents(own_database)
    with pytest.raises(QueryError) as caught:
        list(raw_sql.run_sql(own_database, statement)[1])
    assert "\n" not in str(caught.value)
    assert _contents(own_database) == before
    assert set(tmp_path.iterdir()) == files
    with Catalog(own_database) as cat:
        assert cat.trials.filter(label="x").count() == 0


def test_what_postgresql_runs_to_explain_it_is_undone(make_database: MakeDatabase) -> None:
    database = make_database("postgresql")
    before = _contents(database)
    _, rows = raw_sql.run_sql(database, "EXPLAIN ANALYZE CREATE TABLE more AS SELECT 1")
    assert list(rows)
    assert _contents(database) == before


def test_even_without_the_list_of_words_nothing_can_be_changed(
    own_database: str, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are for a better message; it is the connection that refuses."""
    monkeypatch.chdir(tmp_path)
    words = ("delete", "drop", "create", "insert", "attach", "vacuum", "pragma", "analyze", "truncate")
    monkeypatch.setattr(raw_sql, "QUESTIONS", words)
    statements = [WRITES[0], "DELETE FROM trials", "DROP VIEW trial_overview", "CREATE TABLE more (id INTEGER)"]
    statements += (
        ["ATTACH 'other.db' AS other", "VACUUM INTO 'copy.db'", "PRAGMA user_version = 7", "CREATE TEMP TABLE m (i)"]
        if backend == "sqlite"
        else ["TRUNCATE trials"]
    )
    files, before = set(tmp_path.iterdir()), _contents(own_database)
    for statement in statements:
        with pytest.raises(QueryError, match=r"read-?only|not authorized|authorization denied"):
            raw_sql.run_sql(own_database, statement)
    assert _contents(own_database) == before
    assert set(tmp_path.iterdir()) == files


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("SELECT * FORM trials", "syntax error"),
        ("SELECT lable FROM trials", "lable"),
        ("SELECT * FROM nothing", "nothing"),
        ("DELETE FROM trials", "only questions are answered here .*not DELETE; to change a database"),
        ("", "not an empty one"),
        ("SELECT 'unfinished", "unrecognized token|unterminated quoted string"),
        ("SELECT '\udcff'", "half of a surrogate pair"),
        ("SELECT 'a\0b'", "a NUL character"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(own_database: str, statement: str, words: str) -> None:
    with pytest.raises(QueryError, match=words) as caught:
        raw_sql.run_sql(own_database, statement)
    assert "\n" not in str(caught.value)


def test_an_error_on_the_way_is_told_too(own_database: str, backend: str) -> None:
    late = {
        "sqlite": "SELECT json_extract(CASE WHEN id > 150 THEN '[' ELSE '{}' END, '$') FROM trials",
        "postgresql": "SELECT 1 / (id - 150) FROM trials",
    }
    with pytest.raises(QueryError, match=r"malformed JSON|division by zero"):
        list(raw_sql.run_sql(own_database, late[backend])[1])


def test_the_connection_is_closed_in_the_end(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = []

    def note(*args: object, **options: object) -> sa.Engine:
        engine = connect(*args, **options)  # type: ignore[arg-type]
        opened: list[object] = []
        sa.event.listen(engine, "checkout", lambda driver, *_: opened.append(driver))
        sa.event.listen(engine, "checkin", lambda driver, *_: opened.remove(driver))
        engines.append(opened)
        return engine

    monkeypatch.setattr(raw_sql, "connect", note)
    _, rows = raw_sql.run_sql(own_database, "SELECT id FROM trials")
    list(rows)
    _, rows = raw_sql.run_sql(own_database, "SELECT id FROM trials")
    next(rows)
    rows.close()
    _, rows = raw_sql.run_sql(own_database, "SELECT id FROM trials")
    rows.close()
    with pytest.raises(QueryError):
        raw_sql.run_sql(own_database, "SELECT nothing FROM trials")
    gc.collect()
    assert engines == [[], [], [], []]


def test_only_a_catalog_is_asked(new_database: str, backend: str) -> None:
    if backend == "sqlite":
        Path(new_database).touch()
    with pytest.raises(NotACatalogError, match="is an empty database; fill it with"):
        raw_sql.run_sql(new_database, "SELECT 1")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "SELECT recording FROM trials",
            "'recording' is a column of trial_overview and segment_overview. Did you mean 'recording_id'",
        ),
        ("SELECT lable FROM trials", "Did you mean 'label'"),
        ('SELECT t.lable FROM trials AS "t"', "Did you mean 'label'"),
        ("SELECT COUNT(*)\nFROM videos -- é\nWHERE Lable = 'Gabor'", "Did you mean 'label'"),
        ("SELECT trials.coord_x FROM trials", "'coord_x' is a column of neurons."),
        (
            "SELECT t.name FROM recordings AS r JOIN trials AS t ON r.id = recording_id",
            "'name' is a column of recordings.",
        ),
        ("SELECT trials.label FROM recordings", "'label' is a column of trials."),
        (
            "SELECT id FROM trials WHERE label = Gabor",
            "video_hash, video_id. Text stands in single quotes: 'Gabor'.",
        ),
        ("SELECT 1 FROM trial", "Did you mean 'trials'"),
        ('SELECT 1 FROM trials, "Video"', "Did you mean 'videos'"),
        ("SELECT 1 FROM segments_overview", "Did you mean 'segment_overview'"),
        ("SELECT 1 FROM xyz", "There are: array_files, "),
    ],
)
def test_unknown_names_are_told_with_the_nearest(own_database: str, statement: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        raw_sql.run_sql(own_database, statement)
    message = str(caught.value)
    assert told in message
    assert "\n" not in message


def test_names_are_those_of_the_tables_and_views_there_are(own_database: str, backend: str) -> None:
    engine = connect(own_database, pooled=False)
    there = sa.inspect(engine)
    names = [*there.get_table_names(), *there.get_view_names()]
    assert set(COLUMNS) == set(names) - {"alembic_version"}
    for name, columns in COLUMNS.items():
        assert sorted(columns) == sorted(column["name"] for column in there.get_columns(name))


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT nothing(1) FROM trials",
        "SELECT 1 +",
        "SELECT x FROM (SELECT 1 AS y) AS z",
        "SELECT label FROM trials, videos",
    ],
)
def test_of_other_errors_nothing_is_guessed(own_database: str, statement: str) -> None:
    with pytest.raises(QueryError) as caught:
        raw_sql.run_sql(own_database, statement)
    assert "Did you mean" not in str(caught.value)
    assert "There are" not in str(caught.value)
    assert "single quotes" not in str(caught.value)
