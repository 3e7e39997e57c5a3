from __future__ import annotations

from napari_ssbi.widgets.note_box import NoteBox


def test_a_box_is_seen_only_with_sentences_and_says_them_as_they_are(application):
    box = NoteBox("Look <here>")
    assert box.isHidden()
    box.show_sentences(["One is < two.", "And more."])
    assert not box.isHidden()
    assert "One is &lt; two." in box.words.text()
    assert "Look &lt;here&gt;" in box.words.text()
    assert box.accessibleDescription() == "One is < two. And more."
    box.show_sentences([])
    assert box.isHidden()
