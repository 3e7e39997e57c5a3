import pytest

from napari_ssbi.widgets.reference_choice import ReferenceChoice
from ssbi_core.anomaly.config import FEWEST_IMAGES
from ssbi_core.errors import InputError


@pytest.fixture
def choice(application):
    return ReferenceChoice()


def test_the_session_is_the_reference_until_something_is_typed(choice):
    assert choice.path() is None
    choice.line.setText("somewhere")
    assert choice.path() is None, "set, not typed"
    choice.line.textEdited.emit("somewhere")
    assert choice.given.isChecked()
    assert choice.typed() == "somewhere"


def test_a_folder_and_a_population_are_taken(choice, tmp_path):
    choice.choose(str(tmp_path))
    assert choice.path() == str(tmp_path)
    population = tmp_path / "population.parquet"
    population.touch()
    choice.choose(str(population))
    assert choice.path() == str(population)


@pytest.mark.parametrize(("name", "said"), [("", "no folder"), ("gone", "does not exist"), ("a.tif", "one file")])
def test_what_is_neither_is_refused_with_what_to_do(choice, tmp_path, name, said):
    (tmp_path / "a.tif").touch()
    choice.choose(str(tmp_path / name) if name else "")
    with pytest.raises(InputError, match=said):
        choice.path()


def test_the_session_says_how_many_are_still_needed(choice):
    choice.show_count(1)
    assert choice.count.text() == f"1 other image so far; {FEWEST_IMAGES} are needed."
    choice.show_count(FEWEST_IMAGES)
    assert choice.count.text() == f"{FEWEST_IMAGES} other images so far."


def test_every_change_is_told(choice):
    told: list[str | None] = []
    choice.edited.connect(lambda: told.append(choice.typed()))
    choice.choose("x")
    assert told[-1] == "x"
    choice.session.setChecked(True)
    assert told[-1] is None
