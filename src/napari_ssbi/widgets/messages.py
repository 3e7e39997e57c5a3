"""What went wrong, as a notification with its mend."""

from __future__ import annotations

from napari.utils.notifications import show_error, show_info, show_warning

from ssbi_core.errors import SsbiError


def tell_error(error: Exception) -> None:
    """Say what came in, what was needed and what to do."""
    if isinstance(error, SsbiError):
        show_error(f"{sentence(error.came_in)}\nNeeded: {error.needed}.\nTo do: {error.to_do}.")
    else:
        show_error(f"{type(error).__name__}: {error}")


def error_sentences(error: Exception) -> list[str]:
    """The same as sentences, for a box beside the form."""
    if isinstance(error, SsbiError):
        return [sentence(error.came_in), f"Needed: {error.needed}.", f"To do: {error.to_do}."]
    return [f"{type(error).__name__}: {error}"]


def tell_warning(text: str) -> None:
    """Something the user should know of a result."""
    show_warning(sentence(text))


def tell(text: str) -> None:
    """Something was done."""
    show_info(sentence(text))


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
