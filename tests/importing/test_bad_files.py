"""Published files that are missing, broken or unknown: each found and recorded, the rest taken in."""

from __future__ import annotations

import shutil

import pytest

from tests.importing.builder import FIRST, PublishedFolder
from tests.importing.faults import Faults, assert_found

FAULTS = Faults()
fault = FAULTS.add


@fault("missing_file", "meta-basic_", severity="error")
def no_meta_basic(folder: PublishedFolder) -> None:
    folder.basic().unlink()


@fault("missing_file", "meta-trials_", ".csv", severity="error")
def no_trials_csv(folder: PublishedFolder) -> None:
    folder.trials().unlink()


@fault("missing_file", "meta-neurons_", ".csv", severity="error")
def no_neurons_csv(folder: PublishedFolder) -> None:
    folder.neurons().unlink()


@fault("missing_file", "meta-trials_", ".json", severity="error")
def no_dictionary(folder: PublishedFolder) -> None:
    folder.trials(FIRST, ".json").unlink()


@fault("missing_file", "videos", severity="error")
def no_presentations(folder: PublishedFolder) -> None:
    shutil.rmtree(folder.presentation(0).parent)


@fault("missing_file", "global_meta/", severity="error", recording=None, also=("video_without_file",) * 4)
def no_global_folder(folder: PublishedFolder) -> None:
    shutil.rmtree(folder.root / "global_meta")


@fault("trial_without_json", "trial 3", "videos/3.json", severity="error", trial=3)
def one_presentation_missing(folder: PublishedFolder) -> None:
    folder.presentation(3).unlink()


@fault("trial_without_csv", "trial 2", "2.json", severity="error", trial=2)
def one_line_missing(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[:] = [row for row in rows if row["trial"] != "2"]


@fault("video_without_file", "v000004", "trial 3", severity="error", trial=3, also=("duplicates_differ",) * 2)
def video_missing(folder: PublishedFolder) -> None:
    folder.video("v000004").unlink()


@fault("segment_without_file", "s000003", "v000004", severity="error", recording=None)
def segment_missing(folder: PublishedFolder) -> None:
    folder.segment("s000003").unlink()


@fault("broken_json", "videos/2.json", "not valid JSON", severity="error")
def truncated_presentation(folder: PublishedFolder) -> None:
    path = folder.presentation(2)
    path.write_bytes(path.read_bytes()[:200])


@fault("broken_json", "videos/2.json", "is empty", severity="error")
def empty_presentation(folder: PublishedFolder) -> None:
    folder.presentation(2).write_bytes(b"")


@fault("broken_json", "videos/2.json", "list", severity="error")
def presentation_of_another_form(folder: PublishedFolder) -> None:
    folder.presentation(2).write_text("[1, 2]")


@fault("broken_json", "'label' stands there twice", severity="error")
def key_twice(folder: PublishedFolder) -> None:
    folder.replace_text(folder.presentation(2), '"first_label"', '"label"')


@fault("broken_json", "meta-neurons_", "Infinity", severity="error")
def dictionary_that_no_database_takes(folder: PublishedFolder) -> None:
    folder.neurons(FIRST, ".json").write_text('{"ID": 1e999}')


@fault("broken_json", "meta-basic_", severity="error")
def broken_meta_basic(folder: PublishedFolder) -> None:
    folder.basic().write_text("{")


@fault(
    "broken_json",
    "v000003",
    severity="error",
    recording=None,
    also=("video_without_file",) + ("duplicates_differ",) * 2,
)
def broken_video(folder: PublishedFolder) -> None:
    folder.video("v000003").write_text('{"label": ')


@fault("unreadable_file", "videos/2.json", severity="error")
def folder_in_place_of_a_file(folder: PublishedFolder) -> None:
    folder.presentation(2).unlink()
    folder.presentation(2).mkdir()


@fault("not_utf8", "meta-trials_", "0xe9", severity="error")
def trials_in_latin_1(folder: PublishedFolder) -> None:
    path = folder.trials()
    path.write_bytes(path.read_bytes().replace(b"Gabor", b"Gab\xe9r"))


@fault("broken_csv", "meta-neurons_", severity="error")
def neurons_with_an_open_quote(folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "\n4,", '\n"4,')


@fault("broken_csv", "is empty", severity="error")
def empty_neurons(folder: PublishedFolder) -> None:
    folder.neurons().write_text("")


@fault("broken_csv", "column twice", severity="error")
def column_twice(folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "coord_y", "coord_x")


@fault("wrong_row_length", "line 4", "3 cells", "8", severity="error", also=("count_differs",))
def truncated_neurons(folder: PublishedFolder) -> None:
    path = folder.neurons()
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], ",".join(lines[-1].split(",")[:3])]))


@fault("unknown_file", "videos/12.json.tmp")
def left_over_file(folder: PublishedFolder) -> None:
    folder.presentation(12).with_suffix(".json.tmp").write_text("{}")


@fault("unknown_file", "notes/", recording=None)
def unknown_folder(folder: PublishedFolder) -> None:
    (folder.root / "notes").mkdir()


@fault("misnamed_file", "meta-trials_other.csv", "meta-trials_")
def csv_named_for_another_recording(folder: PublishedFolder) -> None:
    folder.trials().rename(folder.trials().with_name("meta-trials_other.csv"))


@fault("misnamed_file", "Gabor-v000003", "Gabor-v999999", recording=None)
def video_under_another_name(folder: PublishedFolder) -> None:
    folder.video("v000003").rename(folder.video("v000003").with_name("Gabor-v999999.json"))


@fault("duplicate_id", "v000003", severity="error", recording=None, also=("misnamed_file",))
def video_twice(folder: PublishedFolder) -> None:
    shutil.copy(folder.video("v000003"), folder.video("v000003").with_name("Gabor-v999999.json"))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_the_rest_taken_in(database: str, folder: PublishedFolder, name: str) -> None:
    assert_found(FAULTS[name], database, folder)
