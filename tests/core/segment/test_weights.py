import json
import shutil

import pytest

from ssbi_core.errors import ReadError
from ssbi_core.segment.weights import load_segmenter, segmenter_digest


def test_a_saved_net_is_loaded_by_file_and_by_folder(trained):
    path = trained[0]
    assert load_segmenter(path).sha256 == load_segmenter(path.parent).sha256
    assert load_segmenter(path).facts["steps"] == 12


def test_weights_that_do_not_match_their_description_are_refused(trained, tmp_path):
    for name in ("segmenter.safetensors", "segmenter.json"):
        shutil.copy(trained[0].parent / name, tmp_path)
    weights = tmp_path / "segmenter.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    with pytest.raises(ReadError, match="SHA-256"):
        load_segmenter(tmp_path)


@pytest.mark.parametrize("change", [{"roles": ["haadf"]}, {"architecture": {"widths": "wide"}}])
def test_a_net_of_another_kind_is_refused(trained, tmp_path, change):
    facts = json.loads((trained[0].parent / "segmenter.json").read_text())
    shutil.copy(trained[0], tmp_path)
    (tmp_path / "segmenter.json").write_text(json.dumps({**facts, **change}))
    with pytest.raises(ReadError):
        load_segmenter(tmp_path)


def test_a_missing_net_is_a_read_error(tmp_path):
    with pytest.raises(ReadError):
        load_segmenter(tmp_path / "none.safetensors")


def test_the_shipped_net_is_whole():
    net = load_segmenter()
    assert net.digest == segmenter_digest()
    assert net.second is not None
    assert net.second.facts["first_look"] == net.sha256 == net.facts["sha256"]
    assert 0.2 <= net.temperature <= 5
