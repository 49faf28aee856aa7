"""Years in a text and in the names of projects (X02)."""

import re
from collections.abc import Iterator
from functools import cache

from xlreport.thresholds import threshold
from xlreport.wording.fault import Fault, alternatives, sentence_at
from xlreport.wording.lists import word_list

# A literal first, which is looked for quickly.
_YEAR = re.compile(r"(20\d\d)(?<!\d\d{4})(?=年)")
_AMOUNT = re.compile(r"\d\s*(?:万元|元|亿元|%|％)")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    found = word_list("years")
    compared, figures, reports, projects = (
        alternatives(found[key]) for key in ("compared", "figures", "reports", "projects")
    )
    return compared, figures, reports, projects


def wrong_years(text: str, year: int) -> Iterator[Fault]:
    """The year of figures is the evaluated one, except where they are compared with others.

    >>> [fault.says for fault in wrong_years("2022年年初预算5万元。2022年预算5万元，同比持平。", 2023)]
    ['年份是2022年，评价年度是2023年']
    """
    compared, figures, reports, _ = _patterns()
    for found in _YEAR.finditer(text):
        if int(found[1]) == year:
            continue
        wrong = reports.match(text, found.end())
        if not wrong and figures.match(text, found.end()):
            sentence = text[slice(*sentence_at(text, found.start()))]
            wrong = None if compared.search(sentence) else _AMOUNT.search(sentence)
        if wrong:
            yield Fault(found.start(), found.end() + 1, f"年份是{found[1]}年，评价年度是{year}年")


def strange_years(name: str, year: int) -> Iterator[Fault]:
    """A project's name has the evaluated year or the one before; an older one, or one to come, wants a word.

    >>> [fault.says for fault in strange_years("2019年技改奖励", 2023)]
    ['名称中是2019年，评价年度是2023年']
    """
    back = threshold("project_years_back")
    for found in _YEAR.finditer(name):
        if year - back <= int(found[1]) <= year or _patterns()[3].search(name):
            continue
        yield Fault(found.start(), found.end() + 1, f"名称中是{found[1]}年，评价年度是{year}年")
