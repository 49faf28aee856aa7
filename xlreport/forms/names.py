"""The names that a form asks for beside its figures: 填表人, 填报日期, 项目名称, in the next cell or after the colon."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from xlreport.forms.grid import FormCell, Grid
from xlreport.forms.labels import Synonyms, squeezed

_SEAL = r"[（(]\s*(?:盖章|公章|签章)\s*[)）]"
# What stands where nothing is written yet: spaces, a line, 年 月 日, the place of the seal.
_NOTHING = re.compile(rf"[\s_＿　]*(?:年[\s_＿　]*月[\s_＿　]*日)?[\s_＿　]*({_SEAL})?[\s_＿　]*")

# What a form says of what is to be written there: （填写项目全称）, 请填写…….
_HINT = re.compile(
    r"[\s_＿　]*(?:"
    r"[（(【\[][^（()）【】\[\]]*(?:填|写|输入|注明|全称|例如|示例)[^（()）【】\[\]]*[)）】\]]"
    r"|(?:请|此处|在此处?)(?:在此处?)?(?:如实|按[^，。]{0,12}|准确)?(?:填|写|输入|注明)[^\n]{0,30}"
    r"|填写[^\n]{0,12}(?:全称|名称)"
    r")[\s_＿　]*"
)

# Another label in the same line, whose place is not asked for here: 单位负责人签字：
_OTHER_LABEL = re.compile(r"(?<=\s)[一-鿿（）()]{2,14}\s*[:：]")


@dataclass(frozen=True)
class NamePlace:
    """A place for a name: a cell of its own, or from one character to another in the cell of its label."""

    name: str  # unit, preparer, …
    label: str
    cell: FormCell
    old: str  # what stands there
    span: tuple[int, int] | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing is written there yet."""
        return bool(_NOTHING.fullmatch(self.old) or _HINT.fullmatch(self.old)) and not self.cell.formula


def name_places(grid: Grid, synonyms: Synonyms) -> Iterator[NamePlace]:
    """The places for names on a form."""
    for cell in grid.texts:
        labels = list(_labels(tuple(synonyms.names)).finditer(cell.text))
        if not labels:
            if name := synonyms.name(cell.text):
                beside = grid.right_of(cell)
                if _may_hold(beside, cell, synonyms):
                    yield NamePlace(name, squeezed(cell.text), beside, _text(beside))
            continue
        for at, label in enumerate(labels):
            end = labels[at + 1].start() if at + 1 < len(labels) else len(cell.text)
            if other := _OTHER_LABEL.search(cell.text, label.end(), end):
                end = other.start()
            rest = cell.text[label.end() : end]
            name = synonyms.names[squeezed(label[1])]
            beside = grid.right_of(cell)
            alone = len(labels) == 1 and not cell.text[: label.start()].strip() and _NOTHING.fullmatch(rest)
            # In a table the name has a cell; in a line above or below it, it follows the colon.
            if alone and beside.bordered and _may_hold(beside, cell, synonyms):
                yield NamePlace(name, squeezed(label[1]), beside, _text(beside))
            else:
                yield NamePlace(name, squeezed(label[1]), cell, rest, (label.end(), end))


def with_names(text: str, values: Mapping[tuple[int, int], str]) -> str:
    """The text of a cell with names put in between some of its characters.

    >>> with_names("填表人：　　　　　　填报日期：", {(4, 10): "张三"})
    '填表人：张三　　　　填报日期：'
    """
    for (start, end), value in sorted(values.items(), reverse=True):
        nothing = _NOTHING.fullmatch(text[start:end])
        seal = f"　　{nothing[1]}" if nothing and nothing[1] else ""
        room = text[start:end] if nothing and not nothing[1] and end < len(text) else ""
        kept = room[min(len(value), max(0, len(room) - 2)) :] if not room.strip() else "　　"
        text = text[:start] + value + seal + kept + text[end:]
    return text


@cache
def _labels(names: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the labels with a colon in a text, whatever spaces are in them."""
    spaced = (
        r"\s*".join(re.escape(sign).replace(r"\(", "[（(]").replace(r"\)", "[)）]") for sign in name)
        for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(rf"(?<![一-鿿])({'|'.join(spaced)})\s*(?:{_SEAL})?\s*[:：]")


def _may_hold(beside: FormCell, label: FormCell, synonyms: Synonyms) -> bool:
    """Whether a cell is there for what a label on its left asks for."""
    is_label = bool(beside.text and not _HINT.fullmatch(beside.text)) and (
        synonyms.name(beside.text) is not None or bool(re.search(r"[:：]\s*$", beside.text))
    )
    return beside.box[::2] == label.box[::2] and not is_label


def _text(cell: FormCell) -> str:
    return "" if cell.content is None else str(cell.content)
