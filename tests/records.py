"""Random records for property tests: every field may be filled with what its kind allows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from xlreport.checks.rule import rule_lines
from xlreport.model.fields import Field, Kind, sections_of
from xlreport.model.inputs import Explanation, Inputs

# What a cell of Excel can hold: no control characters, and line ends as Excel keeps them.
_CHARACTERS = st.characters(blacklist_categories=("Cs", "Cc", "Cn"), blacklist_characters="\u2028\u2029")
_LINES = st.text(_CHARACTERS, min_size=1, max_size=30).filter(lambda text: not text.isspace())
_PARAGRAPHS = st.lists(_LINES, min_size=1, max_size=3).map("\n".join)


def _fen(largest: int, signed: bool) -> st.SearchStrategy[Decimal]:
    """Amounts exact to 分: six decimals of 万元."""
    return st.integers(-largest if signed else 0, largest).map(lambda fen: Decimal(fen).scaleb(-6))


def value_of(field: Field) -> st.SearchStrategy[Any]:
    """What may stand in a field, blanks included."""
    kinds: dict[Kind, st.SearchStrategy[Any]] = {
        Kind.MONEY: _fen(10**13, field.signed),
        Kind.COUNT: st.integers(0, 100_000),
        Kind.NUMBER: _fen(10**12, signed=False),
        Kind.PERCENT: _fen(20 * 10**6, signed=False),
        Kind.YEAR: st.integers(2000, 2100),
        Kind.DATE: st.dates(date(2000, 1, 1), date(2100, 12, 31)),
        Kind.TEXT: _LINES,
        Kind.LONG_TEXT: _PARAGRAPHS,
        Kind.CHOICE: st.sampled_from(field.choices or ("",)),
    }
    return st.none() | kinds[field.kind]


@st.composite
def records(draw: st.DrawFn) -> Inputs:
    """Any record that a workbook can hold."""
    parts: dict[str, Any] = {}
    for section in sections_of(Inputs):
        one = st.builds(section.record, **{field.key: value_of(field) for field in section.fields})
        if section.table:
            empty = section.record(**dict.fromkeys((f.key for f in section.fields), None))
            rows = draw(st.lists(one, max_size=4))
            parts[section.key] = tuple(row for row in rows if row != empty)
        else:
            parts[section.key] = draw(one)
    rules = [line.id for line in rule_lines()]
    places = st.tuples(
        st.sampled_from(rules), st.one_of(st.none(), st.just("项目【甲】"), st.just("决算总支出"))
    )
    said = st.tuples(_PARAGRAPHS, st.one_of(st.none(), _PARAGRAPHS), st.one_of(st.none(), _PARAGRAPHS))
    given = [
        Explanation(*about, *texts)
        for about, texts in draw(st.dictionaries(places, said, max_size=4)).items()
    ]
    # As the sheet has them: the rules, then the places of each.
    given.sort(key=lambda row: (row.place is not None, rules.index(str(row.rule))))
    return replace(Inputs(**parts), explanations=tuple(given))
