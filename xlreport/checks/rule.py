"""What a rule and a finding are: one rule = one small function of figures."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import chain, starmap
from typing import Any, Final, Literal, NamedTuple

from xlreport.checks.explanation import Given, place_words
from xlreport.checks.words import figure_words
from xlreport.model.fields import Place, Value
from xlreport.model.figures import Arguments, Parameter, Subject, Tables, parameter, parameters_of, subjects
from xlreport.model.inputs import Inputs
from xlreport.model.numbers import cut, decimals_of, plain, rounded
from xlreport.model.rates import RATES, ROW_RATES


class Level(StrEnum):
    """How grave a finding is, gravest first."""

    HARD = "硬性"  # must be fixed
    EXPLAIN = "需说明"  # passes with an explanation
    HINT = "提示"


@dataclass(frozen=True)
class Breach:
    """What a rule function returns where its figures break it."""

    difference: Decimal | None = None
    words: str = ""  # said instead of the rule's own message
    more: Mapping[str, str] | None = None  # what the message names besides figures and difference
    level: Level | None = None  # where milder than the rule's own
    rounding: bool = False  # no more than two-decimal figures may be off by: a hint, nothing to mend
    at: tuple[
        str, ...
    ] = ()  # the parameters to point at, first the one to jump to; if not all that are filled
    paths: tuple[str, ...] = ()  # the fields to point at, where they are no parameters


NOT_APPLICABLE: Final = False  # there was nothing to compare
KEPT: Final = None
Verdict = Breach | Literal[False] | None


@dataclass(frozen=True)
class Rule:
    """A rule of the table in the field's guide: id, level, the statement that holds, message and remedy."""

    id: str
    level: Level
    title: str
    message: str  # with {final_expenditure} for a figure, {difference} for the difference
    remedy: str
    function: Callable[..., Verdict]
    parameters: tuple[Parameter, ...]
    each: type[Any] | None
    subjects: tuple[Subject, ...]

    @cached_property
    def calls(self) -> list[tuple[Subject, Arguments]]:
        """What fetches the figures, for each subject."""
        return [(subject, Arguments(self.parameters, subject)) for subject in self.subjects]


@dataclass(frozen=True)
class Finding:
    """A broken rule: one Chinese sentence with both figures and the remedy, and the fields it is about."""

    rule: str
    level: Level
    message: str
    fields: tuple[str, ...]
    place: str = ""  # what it is about, as its explanation names it: 项目【…】, 决算总支出
    explanation: str | None = None
    lapsed: bool = False  # the explanation was given for other figures

    @property
    def may_be_explained(self) -> bool:
        """Whether it passes with an explanation, or as a hint is dismissed with one."""
        return self.level is not Level.HARD

    @property
    def is_explained(self) -> bool:
        return bool(self.explanation) and not self.lapsed

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something: correct it, or explain it."""
        return self.level is Level.HARD or (self.level is Level.EXPLAIN and not self.is_explained)


RULES: list[Rule] = []


def rule(
    id: str,
    level: Level,
    title: str,
    message: str,
    remedy: str,
    *,
    each: type[Any] | None = None,
    of: Sequence[str] = (),
    figures: Sequence[str] = (),
) -> Callable[[Callable[..., Verdict]], Callable[..., Verdict]]:
    """Register the function below as a rule; for `each` record of that class (of those sections), or once.

    A function of `*values` is called with `figures`, blanks included.
    """

    def register(function: Callable[..., Verdict]) -> Callable[..., Verdict]:
        parameters: tuple[Parameter, ...] = (
            tuple(parameter(name, each, optional=True) for name in figures)
            if figures
            else parameters_of(function, each)
        )
        _known(function.__name__, parameters)
        RULES.append(Rule(id, level, title, message, remedy, function, parameters, each, subjects(each, of)))
        return function

    return register


def _known(name: str, parameters: Iterable[Parameter]) -> None:
    """Refuse a parameter that names neither a field nor a rate: the rule would never apply."""
    for item in parameters:
        if not item.derived and item.field is None and item.name not in RATES:
            raise TypeError(f"{name}: there is no field or rate {item.name}")


def total(
    id: str,
    title: str,
    whole: str,
    plus: Sequence[str],
    minus: Sequence[str] = (),
    *,
    each: type[Any] | None = None,
    of: Sequence[str] = (),
    remedy: str = "请核对合计数和各分项",
) -> None:
    """Register the commonest rule: `whole` is the sum of its parts, within 0.005 × (n + 1) for n parts.

    A blank part counts as nothing, as on paper, unless all are blank: then the rule does not apply.
    """
    signs = {**dict.fromkeys(plus, 1), **dict.fromkeys(minus, -1)}
    parameters = (
        parameter(whole, each),
        *(parameter(name, each, optional=True) for name in signs),
    )

    def adds_up(stated: Decimal | int, *parts: Decimal | int | None) -> Verdict:
        filled = [
            (item, sign, part)
            for item, sign, part in zip(parameters[1:], signs.values(), parts, strict=True)
            if part is not None
        ]
        if not filled:
            return NOT_APPLICABLE
        expected = sum((sign * part for _, sign, part in filled), Decimal())
        if stated == expected:
            return KEPT
        unit = parameters[0].field.shown_unit if parameters[0].field else ""
        sums = "".join(
            f"{'＋' if sign > 0 else '−'}{figure_words(item, part)}" for item, sign, part in filled
        )
        words = f"{figure_words(parameters[0], stated)}，应为{sums.lstrip('＋')}"
        if len(filled) > 1:
            words += f"＝{plain(expected)}{unit}"
        if isinstance(stated, int):  # head counts have no decimals that could have been rounded
            return Breach(Decimal(stated - expected), words)
        return off(Decimal(stated - expected), sum(1 for _, _, part in filled if part), words)

    RULES.append(Rule(id, Level.HARD, title, "", remedy, adds_up, parameters, each, subjects(each, of)))


def stated(id: str, title: str, printed: str, rate_key: str, *, each: type[Any] | None = None) -> None:
    """Register the rule that a printed rate is the recomputed one at its printed decimals.

    Equal only when cut instead of rounded, it is a hint. Over a zero base, rule F11 speaks.
    """

    rate = (ROW_RATES if each else RATES)[rate_key]

    def is_recomputed(printed_rate: Decimal, *figures: Any) -> Verdict:
        computed = rate.function(*figures)
        if computed is None:
            return NOT_APPLICABLE
        shown = printed_rate * 100
        decimals = decimals_of(shown)
        if rounded(computed * 100, decimals) == shown:
            return None
        exact = rounded(computed * 100, max(2, decimals))
        words = f"公布的{rate.label}{plain(shown)}%，按填报数计算为{plain(exact)}%"
        if cut(computed * 100, decimals) == shown:
            return Breach(words=f"{words}，像是截位而不是四舍五入", level=Level.HINT)
        return Breach(shown - exact, words)

    parameters = (parameter(printed, each), *rate.parameters)
    remedy = "请按计算结果更正报告，或核对相关数据"
    RULES.append(Rule(id, Level.HARD, title, "", remedy, is_recomputed, parameters, each, subjects(each)))


def at_most(
    id: str,
    level: Level,
    title: str,
    value: str,
    limit: str,
    remedy: str,
    *,
    allowed: Decimal = Decimal(0),
    each: type[Any] | None = None,
) -> None:
    """Register the rule that one figure is not above another by more than `allowed`."""

    def within_limit(left: Decimal | int, right: Decimal | int) -> Verdict:
        return exceeds(left, right, allowed)

    message = f"{{{value}}}大于{{{limit}}}，超出{{difference}}"
    parameters = (parameter(value, each), parameter(limit, each))
    RULES.append(Rule(id, level, title, message, remedy, within_limit, parameters, each, subjects(each)))


def tolerance(parts: int) -> Decimal:
    """How far n parts of two decimals may differ from their total: 0.01 for two, 0.02 for three and four."""
    return Decimal("0.005") * (parts + 1)


def off(difference: Decimal, parts: int, words: str = "", more: Mapping[str, str] | None = None) -> Verdict:
    """Broken where a total differs from its parts at all; within the tolerance of n parts only a hint."""
    if not difference:
        return KEPT
    return Breach(difference, words, more, rounding=abs(difference) <= tolerance(max(parts, 1)))


def exceeds(value: Decimal | int, limit: Decimal | int, allowed: Decimal = Decimal(0)) -> Verdict:
    """Broken where `value` is above `limit` by more than `allowed`."""
    if value <= limit:
        return None
    above = Decimal(value - limit)
    return Breach(above) if above > allowed else None


def differs(value: Decimal | int, expected: Decimal | int, allowed: Decimal = Decimal(0)) -> Verdict:
    """Broken where the two are further apart than `allowed`."""
    return Breach(Decimal(value - expected)) if abs(Decimal(value - expected)) > allowed else None


def breached(broken: bool) -> Verdict:
    """Broken without a difference to name."""
    return Breach() if broken else None


class Checked(NamedTuple):
    """What rules came to on one record."""

    findings: tuple[Finding, ...]  # in the order of the rules
    applied: frozenset[str]  # the ids of those that had figures to compare at least once


def check(
    inputs: Inputs,
    rates: Mapping[str, Value],
    unknown: Collection[str] = (),
    rules: Sequence[Rule] | None = None,
) -> Checked:
    """Run all rules (or those of `rules`) over a record; `rates` are the department's, by key.

    Nothing is said of fields in `unknown`: they are not blank, somebody typed something there.
    """
    given, tables = Given(inputs.explanations), Tables(inputs)
    found: list[Finding] = []
    applied: set[str] = set()
    for item in RULES if rules is None else rules:
        for subject, fetch in item.calls:
            calls, rows = fetch(inputs, rates, tables)
            verdicts = list(starmap(item.function, calls))
            if KEPT in verdicts:
                applied.add(item.id)
            if not any(verdicts):  # nearly always
                continue
            applied.add(item.id)
            found += (
                _finding(item, subject, rows[at], calls[at], breach, inputs, given)
                for at, breach in enumerate(verdicts)
                if breach and not (unknown and _touches(unknown, item, subject, rows[at], breach))
            )
    return Checked(tuple(found), frozenset(applied))


@dataclass(frozen=True)
class RuleLine:
    """A rule as lists show it; several functions may share one id."""

    id: str
    level: Level
    title: str


def rule_lines() -> list[RuleLine]:
    """One line per rule id, with its gravest level, in the order of the rules."""
    order = list(Level)
    lines: dict[str, RuleLine] = {}
    for item in RULES:
        known = lines.get(item.id)
        if known is None:
            lines[item.id] = RuleLine(item.id, item.level, item.title)
            continue
        level = min(known.level, item.level, key=order.index)
        titles = dict.fromkeys([*known.title.split("；"), item.title])
        lines[item.id] = RuleLine(item.id, level, "；".join(titles))
    return list(lines.values())


def _finding(
    item: Rule,
    subject: Subject,
    row: int | None,
    arguments: tuple[Any, ...],
    breach: Breach,
    inputs: Inputs,
    given: Given,
) -> Finding:
    unit = next((p.field.shown_unit for p in item.parameters if p.field and p.field.shown_unit), "")
    if unit == "%":
        unit = "个百分点"
    difference = "" if breach.difference is None else f"{plain(abs(breach.difference))}{unit}"
    sentence = breach.words
    if not sentence:
        pairs = zip(item.parameters, arguments, strict=True)
        words = {p.name: figure_words(p, value) for p, value in pairs if not p.derived}
        sentence = item.message.format_map({**words, "difference": difference, **(breach.more or {})})
    if difference and "{difference}" not in item.message:
        sentence += f"，相差{difference}"
    if breach.rounding:
        sentence += "，在四舍五入的尾差以内"
    remedy = "请确认只是四舍五入所致" if breach.rounding else item.remedy
    level = Level.HINT if breach.rounding else breach.level or item.level
    named = {p.name: p for p in item.parameters}
    filled = (p for p, value in zip(item.parameters, arguments, strict=True) if value is not None)
    pointed = [named[name] for name in breach.at] or list(filled)
    fields = breach.paths or tuple(dict.fromkeys(path for p in pointed for path in paths_of(p, subject, row)))
    label = subject.label(inputs, row)
    place = subject.place(inputs, row) or place_words(inputs, *fields[:1])
    message = f"{label}{sentence}；{remedy}。"
    said = () if level is Level.HARD else given.of(item.id, place, message)
    return Finding(item.id, level, message, fields, place, *said)


def _touches(unknown: Collection[str], item: Rule, subject: Subject, row: int | None, breach: Breach) -> bool:
    """Whether a rule reads one of these fields."""
    read = (path for p in item.parameters for path in paths_of(p, subject, row))
    return any(path in unknown for path in chain(read, breach.paths))


def paths_of(item: Parameter, subject: Subject, row: int | None) -> Iterator[str]:
    """The fields behind a parameter: for a rate those that it is computed from; a threshold is no place."""
    source = RATES.get(item.name) if item.field is None else None
    if source:
        for inner in source.parameters:
            yield from paths_of(inner, subject, row)
    elif item.own and subject.section:
        yield Place(subject.section, item.own, row).path
    elif item.place and item.place.section.key != "settings":
        yield item.place.path
