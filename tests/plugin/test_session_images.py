import numpy as np

from napari_ssbi.session_images import SessionImages

ONE, TWO, THREE = (np.full(3, value) for value in (1, 2, 3))


def test_others_are_all_but_the_image_itself_that_were_analysed_alike():
    images = SessionImages()
    images.keep("a", "at 25 degC", ONE)
    images.keep("b", "at 25 degC", TWO)
    images.keep("c", "at 60 degC", THREE)
    assert [each.tolist() for each in images.others("a", "at 25 degC")] == [TWO.tolist()]
    assert images.others("c", "at 60 degC") == ()
    assert [each.tolist() for each in images.others("d", "at 25 degC")] == [ONE.tolist(), TWO.tolist()]


def test_an_image_analysed_again_counts_once_and_as_it_was_last():
    images = SessionImages()
    images.keep("a", "at 25 degC", ONE)
    images.keep("a", "at 60 degC", TWO)
    assert images.others("b", "at 25 degC") == ()
    assert [each.tolist() for each in images.others("b", "at 60 degC")] == [TWO.tolist()]
