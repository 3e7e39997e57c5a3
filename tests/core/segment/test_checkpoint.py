import numpy as np
import pytest

from ssbi_core.errors import ReadError
from ssbi_core.segment.checkpoint import load_tree, read_facts, save_tree

TREE = {"a": {0: np.arange(6, dtype=np.float32).reshape(2, 3)}, "step": np.int32(4)}


def test_a_tree_survives_the_round_trip(tmp_path):
    save_tree(tmp_path / "t.safetensors", TREE, {"note": "x"})
    loaded, facts = load_tree(tmp_path / "t.safetensors", TREE)
    np.testing.assert_array_equal(loaded["a"][0], TREE["a"][0])
    assert int(loaded["step"]) == 4
    assert facts == read_facts(tmp_path / "t.safetensors") == {"note": "x"}


def test_another_shape_is_refused_by_name(tmp_path):
    save_tree(tmp_path / "t.safetensors", TREE, {})
    with pytest.raises(ReadError, match=r"a\.0"):
        load_tree(tmp_path / "t.safetensors", {**TREE, "a": {0: np.zeros((3, 3), np.float32)}})


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"not a weight file"])
def test_a_damaged_file_is_a_read_error(tmp_path, damage):
    save_tree(tmp_path / "t.safetensors", TREE, {})
    (tmp_path / "t.safetensors").write_bytes(damage)
    with pytest.raises(ReadError):
        load_tree(tmp_path / "t.safetensors", TREE)


def test_a_missing_file_is_a_read_error(tmp_path):
    with pytest.raises(ReadError):
        load_tree(tmp_path / "none.safetensors", TREE)


def test_a_damaged_description_is_a_read_error(tmp_path):
    save_tree(tmp_path / "t.safetensors", TREE, {})
    (tmp_path / "t.json").write_text("[1, 2")
    with pytest.raises(ReadError, match="JSON"):
        load_tree(tmp_path / "t.safetensors", TREE)
