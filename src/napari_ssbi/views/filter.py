"""The filter line: words and comparisons joined by "and" and "or", understood here and never executed.

nmc                                 nodes whose phase contains the word
area_nm2 > 500                      a comparison; the unit may be left out (area > 500)
phase = pore or thickness < 3       "and" (or a comma) binds before "or", "not" before both
touches_edge                        a yes-or-no column by its name
"""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from napari_ssbi.views.features import PHASE_TITLES, stem_and_unit
from ssbi_core.errors import InputError

_TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|!=|==|[=<>≤≥≠])|(?P<comma>,|&)|"(?P<quoted>[^"]*)"|(?P<word>[^\s<>=!≤≥≠,&"]+))"""
)
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "≤": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "≥": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
    "≠": operator.ne,
}
_TRUE, _FALSE = {"yes", "true", "1"}, {"no", "false", "0"}
_SHORTEST = 3  # letters of a beginning that stands for a column
_HINT = "a word such as nmc, or a comparison such as area_nm2 > 500; join them by and, or, not"
_TO_DO = "change the filter"


def node_filter(text: str, nodes: pd.DataFrame) -> np.ndarray:
    """Which nodes pass a filter.

    Parameters
    ----------
    text : as above; empty lets all pass.
    nodes : table of the nodes, index 0 .. n - 1.

    Returns
    -------
    (n,) bool. A comparison with a measure that a node does not have is never true.

    Raises
    ------
    InputError
        If the text cannot be understood; the message says at which word.
    """
    tokens = _tokens(text)
    if not tokens:
        return np.ones(len(nodes), bool)
    passes = np.zeros(len(nodes), bool)
    for part in _split(tokens, lambda token: token == ("word", "or")):
        every = np.ones(len(nodes), bool)
        for term in _terms(part):
            every &= _term(term, nodes)
        passes |= every
    return passes


Token = tuple[str, str]


def _tokens(text: str) -> list[Token]:
    tokens, at = [], 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise InputError(f"{text[at:].strip()!r} in the filter", _HINT, "close the quotation marks")
        kind = str(found.lastgroup)
        value = found[kind]
        tokens.append((kind, value.lower() if kind == "word" and value.lower() in ("and", "or", "not") else value))
        at = found.end()
    return tokens


def _split(tokens: list[Token], ends: Callable[[Token], bool]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if ends(token):
            parts.append([])
        else:
            parts[-1].append(token)
    if any(not part for part in parts):
        raise InputError("a filter with nothing on one side of 'and' or 'or'", _HINT, "complete it, or take it out")
    return parts


def _terms(tokens: list[Token]) -> list[list[Token]]:
    """Terms of a conjunction; words that follow each other are joined by "and"."""
    terms = []
    for part in _split(tokens, lambda token: token == ("word", "and") or token[0] == "comma"):
        while part:
            negated = 1 if part[0] == ("word", "not") else 0
            compared = len(part) > negated + 1 and part[negated + 1][0] == "op"
            length = negated + (3 if compared else 1)
            terms.append(part[:length])
            part = part[length:]
    return terms


def _term(term: list[Token], nodes: pd.DataFrame) -> np.ndarray:
    if term[0] == ("word", "not") and len(term) > 1:
        return ~_term(term[1:], nodes)
    values = [value for _, value in term]
    if term[0] == ("word", "not") or term[0][0] == "op" or (len(term) > 1 and (len(term) < 3 or term[2][0] == "op")):
        raise InputError(f"{' '.join(values)!r} in the filter", _HINT, "give both sides of the comparison")
    return _word(values[0], nodes) if len(term) == 1 else _comparison(values[0], values[1], values[2], nodes)


def _word(word: str, nodes: pd.DataFrame) -> np.ndarray:
    if word.isdigit():
        return nodes.index.to_numpy() == int(word)
    column = _column(word, nodes)
    if column is not None and is_bool_dtype(nodes[column]):
        return nodes[column].to_numpy(bool)
    if not any(_plain(word) in _plain(f"{key} {title}") for key, title in PHASE_TITLES.items()):
        raise InputError(f"{word!r} in the filter{_meant(word, nodes)}", _HINT, _TO_DO)
    return _phase_contains(word, nodes)


def _comparison(name: str, sign: str, value: str, nodes: pd.DataFrame) -> np.ndarray:
    column = _column(name, nodes)
    if column is None:
        raise InputError(f"no feature {name!r}{_meant(name, nodes)}", "the name of a column", _TO_DO)
    values = nodes.index.to_series() if column == "node" else nodes[column]
    if is_bool_dtype(values):
        return _COMPARE[_equality(column, sign)](values.to_numpy(bool), _yes_or_no(column, value))
    if not is_numeric_dtype(values):
        found = _phase_contains(value, nodes) if column == "phase" else (values == value).to_numpy(bool)
        return found if _equality(column, sign) in ("=", "==") else ~found
    numbers = values.to_numpy(float)
    return _COMPARE[sign](numbers, _number(column, value)) & ~np.isnan(numbers)


def _equality(column: str, sign: str) -> str:
    if sign not in ("=", "==", "!=", "≠"):
        raise InputError(f"{column} {sign} ... in the filter", f"{column} = ... or {column} != ...", "use one of these")
    return sign


def _number(column: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(f"{value!r} compared with {column}", "a number", "write a number such as 500") from None


def _yes_or_no(column: str, value: str) -> bool:
    if value.lower() not in _TRUE | _FALSE:
        raise InputError(f"{value!r} compared with {column}", "yes or no", f"write {column} = yes")
    return value.lower() in _TRUE


def _phase_contains(word: str, nodes: pd.DataFrame) -> np.ndarray:
    keys = nodes["phase"].unique()
    found = [key for key in keys if _plain(word) in _plain(f"{key} {PHASE_TITLES.get(key, '')}")]
    return nodes["phase"].isin(found).to_numpy(bool)


def _column(name: str, nodes: pd.DataFrame) -> str | None:
    """Column of this name, with or without its unit, or the only one that begins so."""
    columns = ["node", *map(str, nodes.columns)]
    plain = _plain(name)
    for read in (lambda column: column, lambda column: stem_and_unit(column)[0]):
        exact = [column for column in columns if _plain(read(column)) == plain]
        if exact:
            return exact[0]
    begun = [column for column in columns if _plain(column).startswith(plain)]
    return begun[0] if len(begun) == 1 and len(plain) >= _SHORTEST else None


def _meant(name: str, nodes: pd.DataFrame) -> str:
    known = [
        "node",
        *map(str, nodes.columns),
        *(stem_and_unit(str(column))[0] for column in nodes.columns),
        *PHASE_TITLES,
    ]
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f" (did you mean {near[0]}?)" if near else ""


def _plain(name: str) -> str:
    return name.lower().replace("_", " ")
