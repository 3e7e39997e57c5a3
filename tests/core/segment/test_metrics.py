import numpy as np

from ssbi_core.segment.metrics import confusion, intersection_over_union


def test_iou_of_identical_labels_is_one():
    labels = np.random.default_rng(0).integers(1, 9, (20, 20)).astype(np.uint8)
    assert set(intersection_over_union(confusion(labels, labels)).values()) == {1.0}


def test_iou_is_intersection_over_union_and_unlabelled_truth_is_left_out():
    truth = np.array([[1, 1, 1, 3, 0, 0]], np.uint8)
    predicted = np.array([[1, 1, 3, 3, 1, 3]], np.uint8)
    assert intersection_over_union(confusion(predicted, truth)) == {"llzo": 2 / 3, "nmc": 1 / 2}
