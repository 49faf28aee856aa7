"""The list of all rules, as `xlreport rules`, the sheet 使用说明 and README show it."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlreport.assets import asset
from xlreport.checks.rule import RULES, Level, Rule, rule_lines
from xlreport.model.rates import RATES

# Only a narrative that stands alone is judged by these.
OF_NARRATIVE = {
    "R01": (Level.HINT, "原因和措施具体"),
    "R02": (Level.HINT, "机构名称写法一致"),
    "R03": (Level.HARD, "写出的比率等于重新计算的比率"),
}


@dataclass(frozen=True)
class Entry:
    """A rule id with its gravest level, what holds, the sheets that it looks at, and where it is from."""

    id: str
    level: Level
    title: str
    sheets: tuple[str, ...]
    source: str


def rule_list() -> list[Entry]:
    """Every rule in its order, those of a narrative last."""
    source = rule_sources()
    sheets: dict[str, dict[str, None]] = {}
    for item in RULES:
        sheets.setdefault(item.id, {}).update(dict.fromkeys(_sheets(item)))
    return [
        *(
            Entry(line.id, line.level, line.title, tuple(sheets[line.id]), source[line.id])
            for line in rule_lines()
        ),
        *(Entry(id, *said, ("报告文字",), source[id]) for id, said in OF_NARRATIVE.items()),
    ]


def rule_sources() -> Mapping[str, str]:
    """Where each rule is from, by its id."""
    data = tomllib.loads(asset("sources.toml").read_text("utf-8"))
    return {id: each["source"] for each in data["sources"] for id in each["rules"]}


def _sheets(item: Rule) -> Iterator[str]:
    """The sheets whose cells a rule reads; thresholds are no place."""
    yield from (subject.section.sheet for subject in item.subjects if subject.section)
    for parameter in item.parameters:
        if parameter.name == "passages":
            yield "各表的文字"
        elif parameter.derived:
            yield from ("绩效指标", "评分标准")
        elif parameter.place and parameter.place.section.key != "settings":
            yield parameter.place.section.sheet
        elif parameter.field is None:
            inner = RATES[parameter.name].parameters
            yield from (each.place.section.sheet for each in inner if each.place)
