"""What a unit says to a finding: to a rule as a whole or at one place, kept with the problem that it explains."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from xlreport.model.fields import places_of
from xlreport.model.figures import Subject
from xlreport.model.inputs import Explanation, Inputs

if TYPE_CHECKING:  # a finding is made with its explanation
    from xlreport.checks.rule import Finding

# Instead of a problem:
LAST_YEAR = "上年的说明，请按本年的数重新填写"  # this year has not seen one yet
NOTHING = "当时没有要说明的问题"


class Given:
    """The explanations of a record, by rule and place."""

    def __init__(self, explanations: Iterable[Explanation]) -> None:
        self._rows = {_key(row): row for row in explanations if row.rule and row.text}

    def of(self, rule: str, place: str, sentence: str) -> tuple[str | None, bool]:
        """What is said to a problem, at its place or else to its rule, and whether that has lapsed."""
        row = self._rows.get((rule, place)) or self._rows.get((rule, ""))
        if row is None:
            return None, False
        lapsed = _lapsed(row, sentence)
        return (None, False) if lapsed and _is_new(row, place, sentence) else (row.text, lapsed)


def place_words(inputs: Inputs, path: str = "") -> str:
    """What stands at a path, by names that last when rows move: 项目【…】实施情况, 决算总支出."""
    if not path:
        return ""
    key, _, name = path.rpartition(".")
    section, _, row = key.rstrip("]").partition("[")
    place = places_of(Inputs)[f"{section}_{name}"]
    if not row:
        return place.label
    return f"{Subject(place.section).place(inputs, int(row))}{place.field.label}"


def rows(
    given: Sequence[Explanation], findings: Sequence["Finding"], rules: Collection[str], most: int
) -> tuple[Explanation, ...]:
    """The rows of 检查结果: one for each rule; after them one for each place of those broken at several.

    Of places there are at most `most`, first those with an explanation; the row of the rule is for all the rest.
    """
    known = {_key(row): row for row in given}
    places = [
        *(_key(row) for row in given if row.place and row.text and row.rule in rules),
        *_several(findings),
    ]
    kept = set(list(dict.fromkeys(places))[:most])
    keys = [*((rule, "") for rule in rules), *(key for key in _by_rule(places, rules) if key in kept)]
    return tuple(known.get(key) or _blank(*key) for key in keys)


def recorded(explanations: Iterable[Explanation], findings: Sequence["Finding"]) -> list[Explanation]:
    """The same, each that is new kept with the problem that it explains; one that covers not all stays as it is."""
    known = list(explanations)
    own = {_key(row) for row in known if row.text}
    return [_recorded(row, list(_meant(row, findings, own))) for row in known]


def begun(explanations: Iterable[Explanation]) -> tuple[Explanation, ...]:
    """Those of last year as the next one begins with them: to be read again, and not valid as they are."""
    return tuple(
        row._replace(problem=LAST_YEAR, recorded=row.text) for row in explanations if row.rule and row.text
    )


def _key(row: Explanation) -> tuple[str, str]:
    return row.rule or "", row.place or ""


def _blank(rule: str, place: str) -> Explanation:
    return Explanation(rule, place or None)


def _lapsed(row: Explanation, sentence: str) -> bool:
    """Whether it was written for other figures. One that was changed since, or whose problem was cleared, is new."""
    if not row.problem or (row.text or "").strip() != (row.recorded or "").strip():
        return False
    return sentence not in map(str.strip, row.problem.split("\n"))


def _is_new(row: Explanation, place: str, sentence: str) -> bool:
    """Whether a place was not yet among those that were explained, as far as problems begin with it."""
    label = f"{place}："
    lines = (row.problem or "").split("\n")
    return sentence.startswith(label) and lines != [LAST_YEAR] and not any(s.startswith(label) for s in lines)


def _several(findings: Iterable["Finding"]) -> Iterator[tuple[str, str]]:
    """Rule and place of what may be explained, of the rules that are broken at more than one place."""
    places: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.may_be_explained and finding.place:
            places.setdefault(finding.rule, {})[finding.place] = None
    return ((rule, place) for rule, several in places.items() if len(several) > 1 for place in several)


def _by_rule(places: Iterable[tuple[str, str]], rules: Collection[str]) -> list[tuple[str, str]]:
    order = {rule: at for at, rule in enumerate(rules)}
    return sorted(dict.fromkeys(places), key=lambda key: order[key[0]])


def _meant(
    row: Explanation, findings: Iterable["Finding"], own: Collection[tuple[str, str]]
) -> Iterator["Finding"]:
    """The findings that an explanation is about: those of its place, or all without one of their own."""
    for finding in findings:
        if finding.rule == row.rule and finding.may_be_explained:
            place = finding.place if (finding.rule, finding.place) in own else ""
            if place == (row.place or ""):
                yield finding


def _recorded(row: Explanation, findings: Sequence["Finding"]) -> Explanation:
    if not row.text:
        return row._replace(problem=None, recorded=None)
    if not findings and not row.problem:  # so that it does not explain what comes up later
        return row._replace(problem=NOTHING, recorded=row.text)
    if not findings or not all(finding.is_explained for finding in findings):
        return row
    return row._replace(problem="\n".join(finding.message for finding in findings), recorded=row.text)
