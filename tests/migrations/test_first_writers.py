"""Writers that find the same database empty at the same time make one catalog of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from catalog.migrate import check
from ingest.writing.catalogs import open_or_create

WRITERS = 4


def test_writers_that_come_first_together_make_one_catalog(new_database: str) -> None:
    together = Barrier(WRITERS)

    def come() -> None:
        together.wait()
        engine = open_or_create(new_database)
        try:
            check(engine)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(WRITERS) as threads:
        for done in [threads.submit(come) for _ in range(WRITERS)]:
            done.result()
