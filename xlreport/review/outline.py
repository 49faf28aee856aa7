"""The headings of a narrative: which part each paragraph belongs to, and where a numeral is missing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from xlreport.assets import names_in
from xlreport.datafile import read_outline
from xlreport.model.inputs import Style
from xlreport.wording.fault import Fault
from xlreport.wording.numbering import Numeral, numeral, written


class Part(StrEnum):
    """What a part of a narrative is about, by words of its heading."""

    DUTIES = "职责|职能"
    THREE_PUBLIC = "三公"
    PROCUREMENT = "采购"
    ASSETS = "资产"
    PROJECTS = "项目(?:绩效|支出|资金|完成|实施)"
    OVERALL = "整体(?:绩效|支出)|部门整体"
    PROBLEMS = "问题|改进|建议|下一步"
    STAFF = "人员|编制|机构|概况"
    ACCOUNTS = "预算|决算|收入|支出"
    OTHER = ""


_LEVELS = (Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3, Style.LEVEL_4)
_LONGEST = 45  # characters of a heading
_ASIDE = re.compile(r"[（(][^）)]*[）)]|[“”\"]|\s")
_LIKE_HEADING = re.compile(
    r"(?!无|没有|本|我)[\u4e00-\u9fff“”\"、（）]{4,20}(?:情况|措施|问题|建议|分析|说明)"
)
_TEMPLATE = re.compile(r"\{[{%]")


@dataclass(frozen=True)
class Node:
    """One paragraph of a narrative with its place in the outline."""

    text: str
    part: Part
    numeral: Numeral | None
    heading: bool
    level: int | None = None  # of a heading without numeral, where it is known
    under: str = ""  # the heading above it


@cache
def _known_headings() -> dict[str, int]:
    """The headings of the outlines that come with the program, with their level."""
    found: dict[str, int] = {}
    for name in names_in("outlines"):
        for line in read_outline(name):
            if line.style in _LEVELS and line.text and not _TEMPLATE.search(line.text.split("（")[0]):
                found.setdefault(_bare(line.text.split("（")[0]), _LEVELS.index(Style(line.style)))
    return found


def _bare(text: str) -> str:
    return _ASIDE.sub("", text)


def nodes_of(paragraphs: Sequence[str]) -> list[Node]:
    """The paragraphs with the part that each stands in."""
    nodes = []
    part, under = Part.OTHER, ""
    for text in paragraphs:
        found = numeral(text)
        words = text[found.end :].strip() if found else text.strip()
        short = not found and len(words) <= _LONGEST
        level = _known_headings().get(_bare(words)) if short else None
        heading = _is_heading(words, found, level)
        if heading:
            part, under = _part(words, part if found and found.level > 1 else Part.OTHER), words
        nodes.append(Node(text, part, found, heading, level, under))
    return nodes


def _is_heading(words: str, found: Numeral | None, level: int | None) -> bool:
    if not words or len(words) > _LONGEST or re.search(r"[。；;]|[：:]$|\d[\d.]*\s*万?元(?!以)", words):
        return False
    if found:
        return "，" not in _bare(words)
    return level is not None or _LIKE_HEADING.fullmatch(words) is not None


def _part(words: str, above: Part) -> Part:
    for part in Part:
        if part.value and re.search(part.value, words):
            return part
    return above


def missing_numerals(nodes: Sequence[Node], numbered: Sequence[bool]) -> Iterator[tuple[int, Fault]]:
    """X06: headings and projects without a numeral, numerals left out; `numbered` ones Word numbers itself.

    What has no numeral anywhere on its level is left alone: it may be numbered by its style.
    """
    used = {node.numeral.level for node in nodes if node.numeral}
    last: dict[int, int] = {}
    above = 0
    for at, node in enumerate(nodes):
        if numbered[at]:
            continue
        level, says = None, ""
        if node.numeral:
            level, number = node.numeral.level, node.numeral.number
            before = last.get(level)
            if number != (before or 0) + 1:
                now = written(level, number)
                says = f"编号“{written(level, before)}”之后是“{now}”" if before else f"编号从“{now}”开始"
        elif node.heading or _is_sibling(nodes, at, last):
            level = (above if node.level is None else node.level) if node.heading else 3
            if level not in used:
                continue
            number = last.get(level, 0) + 1
            says = f"{'标题' if node.heading else '项目'}没有编号，应为“{written(level, number)}”"
        if level is None:
            continue
        last = {key: value for key, value in last.items() if key < level} | {level: number}
        above = level if node.heading else above
        if says:
            end = node.numeral.end if node.numeral else min(len(node.text), 12)
            yield at, Fault(0, end, says)


def _is_sibling(nodes: Sequence[Node], at: int, last: dict[int, int]) -> bool:
    """A project without a numeral below one that has （1）."""
    return nodes[at].part is Part.PROJECTS and 3 in last and project_name(nodes[at].text) is not None


_PROJECT = re.compile(
    r"(?P<name>[^，。；：\n]{2,60}?)[，：][^。]{0,40}?(?:预算|安排|下达|到位)[^。]*?\d\s*万?元[^。]*?(?:执行|支出|支付|完成|使用)"
)
_DESCRIBED = 500  # characters in which the figures of a project stand
_NO_PROJECT = re.compile(
    r"\d\s*万?元|^(?:年初|全年|其中|预算)|整体|总体|部门|本单位|我[局委办]|年度?$|基本支出|总支出|完成情况"
    r"|(?:政府性基金|国有资本经营|社会保险基金|一般公共)预算"
)


def project_name(text: str) -> tuple[int, str] | None:
    """The name of the project that a paragraph describes, and where it begins; None where it describes none.

    >>> project_name("（2）道路维修，全年预算数5万元，全年执行数5万元，执行率100%。")
    (3, '道路维修')
    """
    found = numeral(text)
    start = found.end if found else len(text) - len(text.lstrip())
    match = _PROJECT.match(text, start, start + _DESCRIBED)
    if not match or _NO_PROJECT.search(match["name"]) or "基本支出" in text:
        return None
    return start, match["name"].strip()
