from dataclasses import replace

import numpy as np
import pytest

from ssbi_core.errors import InputError, SsbiError
from ssbi_core.materials import Phase
from ssbi_core.segment import Learned, LearningConfig, SegmentationConfig, learn_from_strokes, load_segmenter, segment
from ssbi_core.segment.second_look.net import SecondLook
from ssbi_core.segment.trained_net import TrainedNet, new_weights
from ssbi_core.segment.weights import Segmenter, save_segmenter
from ssbi_core.simulate import unmark_contact

LEARNING = LearningConfig(tile=64, overlap=24, caution=1.0, learning_rate=0.03, num_steps=100)
SMALL = SegmentationConfig(tile=64, overlap=24, clean=False)


def _strokes(truth: np.ndarray, *phases: Phase) -> np.ndarray:
    """Every third column of the upper rows, painted with what is there, for the phases named."""
    strokes = np.zeros_like(truth)
    strokes[:40, ::3] = truth[:40, ::3]
    return np.where(np.isin(strokes, [int(phase) for phase in phases]), strokes, 0).astype(np.uint8)


@pytest.fixture(scope="module")
def image(layered):
    return layered(9)


@pytest.fixture(scope="module")
def strokes(image):
    return _strokes(image[1], Phase.LLZO, Phase.NMC, Phase.PORE)


@pytest.fixture(scope="module")
def looked_again(trained) -> Segmenter:
    """The first look with a second that adds nothing to it yet."""
    first = load_segmenter(trained[0])
    graph, weights = new_weights(first.config, 0, SecondLook)
    return replace(first, second=TrainedNet(first.config, graph, weights, 1.0, {}, "of-the-second"))


@pytest.fixture(scope="module")
def learned_again(looked_again, image, strokes) -> Learned:
    return learn_from_strokes(image[0], strokes, model=looked_again, config=LEARNING)


@pytest.fixture(scope="module")
def learned(trained, image, strokes) -> Learned:
    return learn_from_strokes(image[0], strokes, model=trained[0], config=LEARNING)


def test_what_was_painted_is_learned_and_counted(learned, strokes):
    assert learned.right_before.keys() == learned.right_after.keys() == {"llzo", "nmc", "pore"}
    assert np.mean(list(learned.right_after.values())) > np.mean(list(learned.right_before.values()))
    assert learned.losses[-1] < learned.losses[0]
    assert 0 < learned.pixels_changed < learned.pixels_seen == strokes.size


def test_unpainted_pixels_get_better_too(learned, trained, image, strokes):
    rest = strokes == 0
    right = [
        np.mean(segment(image[0], model=model, config=SMALL).labels[rest] == image[1][rest])
        for model in (load_segmenter(trained[0]), learned.model)
    ]
    assert right[1] > right[0]


def test_pixels_changed_are_those_the_segmentation_labels_anew(learned, trained, image):
    before, after = (segment(image[0], model=m, config=SMALL).labels for m in (trained[0], learned.model))
    assert learned.pixels_changed == np.count_nonzero(before != after)


def test_only_the_last_convolution_changes(trained, image, strokes):
    before = load_segmenter(trained[0])
    kernel = np.array(before.weights["head"]["kernel"])
    after = learn_from_strokes(image[0], strokes, model=before, config=LEARNING).model
    assert [part for part in before.weights if after.weights[part] is not before.weights[part]] == ["head"]
    np.testing.assert_array_equal(before.weights["head"]["kernel"], kernel)


def test_where_there_is_a_second_look_it_learns_and_the_first_stays(learned_again, looked_again, strokes, image):
    model, first = learned_again.model, looked_again
    assert model.weights is first.weights
    changed = [part for part in first.second.weights if model.second.weights[part] is not first.second.weights[part]]
    assert changed == ["head"]
    assert model.second.facts["corrections"][0]["from_sha256"] == first.second.sha256
    assert model.digest == model.second.sha256 == ""
    before, after = (segment(image[0], model=m, config=SMALL).labels for m in (first, model))
    assert learned_again.pixels_changed == np.count_nonzero(before != after) > 0
    rest = strokes == 0
    assert np.mean(after[rest] == image[1][rest]) > np.mean(before[rest] == image[1][rest])


def test_a_second_look_that_learned_is_saved_and_read(learned_again, image, tmp_path):
    net = learned_again.model
    path = save_segmenter(tmp_path, net.config, net.weights, net.temperature, net.facts, net.second)
    found = segment(image[0], model=path, config=SMALL).probabilities
    np.testing.assert_array_equal(found, segment(image[0], model=net, config=SMALL).probabilities)


def test_the_same_seed_gives_the_same_net(learned, trained, image, strokes):
    again = learn_from_strokes(image[0], strokes, model=trained[0], config=LEARNING)
    np.testing.assert_array_equal(again.model.weights["head"]["kernel"], learned.model.weights["head"]["kernel"])
    assert again.losses == learned.losses


def test_a_learned_net_is_saved_and_read_like_any_other(learned, image, tmp_path):
    net = learned.model
    path = save_segmenter(tmp_path, net.config, net.weights, net.temperature, net.facts)
    found = segment(image[0], model=path, config=SMALL).probabilities
    np.testing.assert_array_equal(found, segment(image[0], model=net, config=SMALL).probabilities)
    facts = load_segmenter(path).facts
    assert facts["corrections"][0]["painted_pixels"].keys() == {"llzo", "nmc", "pore"}


def test_a_second_round_starts_from_the_first_and_both_are_on_record(learned, trained, image):
    more = _strokes(image[1], Phase.REACTION_LAYER)
    second = learn_from_strokes(image[0], more, model=learned.model, config=LEARNING).model
    assert [one["from_sha256"] for one in second.facts["corrections"]] == [load_segmenter(trained[0]).sha256, ""]


@pytest.mark.parametrize("clean", [True, False])
def test_strokes_hold_in_the_final_labels(learned, image, strokes, clean):
    config = SegmentationConfig(tile=64, overlap=24, clean=clean)
    found = segment(image[0], model=learned.model, config=config, strokes=strokes).labels
    painted = strokes > 0
    np.testing.assert_array_equal(unmark_contact(found)[painted], strokes[painted])


def test_painted_contact_is_kept_and_not_learnt(trained, learned, image, strokes):
    with_contact = strokes.copy()
    with_contact[50:52] = Phase.CONTACT
    net = learn_from_strokes(image[0], with_contact, model=trained[0], config=LEARNING)
    assert net.right_after == learned.right_after
    labels = segment(image[0], model=net.model, config=SMALL, strokes=with_contact).labels
    assert (labels[50:52] == Phase.CONTACT).all()


def test_an_image_larger_than_a_tile_is_looked_at_where_it_is_painted(trained, layered):
    micrograph, truth = layered(3, 160)
    strokes = np.zeros_like(truth)
    strokes[2:6, 2:30] = truth[2:6, 2:30]
    found = learn_from_strokes(micrograph, strokes, model=trained[0], config=LEARNING)
    assert found.pixels_seen == 64**2


def test_progress_rises_to_one(trained, image, strokes):
    shares: list[float] = []
    learn_from_strokes(image[0], strokes, model=trained[0], config=LEARNING, progress=shares.append)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len(shares) >= LEARNING.num_steps / 10


@pytest.mark.parametrize("asked", [1, 4])
def test_a_request_to_stop_ends_it_at_once(trained, image, strokes, asked):
    answers = iter([False] * (asked - 1) + [True])
    with pytest.raises(SsbiError, match="stop"):
        learn_from_strokes(image[0], strokes, model=trained[0], config=LEARNING, should_stop=lambda: next(answers))


@pytest.mark.parametrize(
    ("painted", "said"),
    [
        (np.zeros((64, 64), np.uint8), "0 painted pixels"),
        (np.pad(np.array([[3]], np.uint8), ((0, 63), (0, 63))), "1 painted pixels"),
        (np.full((64, 64), int(Phase.CONTACT), np.uint8), "contact"),
        (np.ones((32, 64), np.uint8), "shape"),
        (np.full((64, 64), 12, np.uint8), "code 12"),
    ],
)
def test_strokes_to_learn_nothing_from_are_refused(trained, image, painted, said):
    with pytest.raises(InputError, match=said):
        learn_from_strokes(image[0], painted, model=trained[0], config=LEARNING)


def test_segmentation_refuses_strokes_of_another_shape(trained, image):
    with pytest.raises(InputError, match="shape"):
        segment(image[0], model=trained[0], config=SMALL, strokes=np.zeros((63, 64), np.uint8))
