"""The data validation of input cells: what they take, the help bubble, and the sentence when refused."""

from dataclasses import dataclass
from typing import Any

from xlreport.checks.words import shown
from xlreport.model.fields import Field, Kind
from xlreport.model.values import FIRST_DAY, LAST_DAY, LIMITS

# What Excel calls the kind of content, and the sentence that follows the label of the field.
_RULES = {
    Kind.MONEY: ("decimal", "应填不小于 0 的数字，单位{unit}，不要带单位文字。"),
    Kind.COUNT: ("integer", "应填整数，单位{unit}。"),
    Kind.NUMBER: ("decimal", "应填不小于 0 的数字{unit}，不要带单位文字。"),
    Kind.PERCENT: ("decimal", "应填百分比，如 95.5%。"),
    Kind.YEAR: ("integer", "应填四位数字的年份，如 2023。"),
    Kind.DATE: ("date", "应填日期，如 2024-4-2。"),
    Kind.CHOICE: ("list", "请从下拉列表选择。"),
}
_SIGNED = "应填数字，单位{unit}，不要带单位文字。"
_HINTS = {
    Kind.MONEY: "填数字，单位万元",
    Kind.PERCENT: "填百分比，如 95.5%",
    Kind.DATE: "填日期，如 2024-4-2",
    Kind.LONG_TEXT: "可换行（Alt+Enter），会原样写入报告",
    Kind.CHOICE: "从下拉列表选择",
}
TITLE, MESSAGE = 32, 255  # the most characters that Excel takes


@dataclass(frozen=True)
class Source:
    """What the cells of a text field offer to choose from: a formula or a few words."""

    items: str | list[str]
    warning: str = ""  # when something else is typed; without one everything else is as good


# Of cells that we fill in: whatever is typed there brings up a warning.
UNTOUCHED = {
    "validate": "custom",
    "value": "=FALSE",
    "error_type": "warning",
    "error_title": "请勿改动",
    "error_message": "此处由程序填写，改动后检查结果会不准确。",
    "input_title": "请勿改动",
    "input_message": "此处由程序填写",
}


def help_of(field: Field) -> str:
    """What to know of a field: its help, and what a blank means, with the source of that."""
    source = f"（{field.source}）" if field.source else ""
    default = "" if field.default is None else f"留空按 {shown(field, field.default)}{source}"
    return "；".join(filter(None, (field.help, default)))


def validation(field: Field, source: Source | None = None) -> dict[str, Any]:
    """The validation of a field's cell, as XlsxWriter wants it.

    Something that is not in a `source` is never refused: one may go on after the warning.
    """
    rule: dict[str, Any] = {"validate": "any"}
    if field.kind in _RULES:
        content, says = _RULES[field.kind]
        says = (_SIGNED if field.signed else says).format(unit=field.shown_unit)
        rule = {
            "validate": content,
            "error_title": "内容不符合要求",
            "error_message": f"{field.label}{says}"[:MESSAGE],
        } | _limits(field)
    if source:
        rule = {"validate": "list", "source": source.items, "error_type": "warning"}
        rule |= {"error_title": "请核对", "error_message": source.warning[:MESSAGE]}
        rule["show_error"] = bool(source.warning)
    if hint := help_of(field) or _HINTS.get(field.kind, ""):
        rule |= {"input_title": field.label[:TITLE], "input_message": hint[:MESSAGE]}
    return rule


def _limits(field: Field) -> dict[str, Any]:
    if field.kind is Kind.CHOICE:
        return {"source": list(field.choices)}
    if field.kind is Kind.DATE:
        return {"criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
    least, most = LIMITS[field.kind]
    return {"criteria": "between", "minimum": -most if field.signed else least, "maximum": most}
