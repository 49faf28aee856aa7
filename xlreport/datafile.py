"""TOML files → the record: a department's data, the sample year, and the outlines of the report."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from xlreport.assets import asset, names_in
from xlreport.checks.rule import rule_lines
from xlreport.errors import Unusable
from xlreport.files import read_bytes
from xlreport.model.fields import Section, fields_of, sections_of
from xlreport.model.inputs import Inputs, TemplateLine, Unit, with_values
from xlreport.model.values import Wrong, parse
from xlreport.thresholds import thresholds

DEFAULT_OUTLINE = "A"
DEFAULT_STANDARD = "2020"


def read_data(path: Path) -> Inputs:
    """The record of a data file: one table per section, `[[projects]]` and the like for rows.

    Raises Unusable, naming section and key, for a key that does not exist, a value that its field does not
    want, and an explanation that no row of 检查结果 would hold.
    """
    data = _read_toml(path)
    sections = {section.key: section for section in sections_of(Inputs)}
    for key in data:
        if key not in sections:
            raise Unusable(f"{path.name}：没有 [{key}] 这一节{_near(key, sections)}。")
    parts: dict[str, Any] = {}
    for key, section in sections.items():
        part = data.get(key, [] if section.table else {})
        if not isinstance(part, list if section.table else dict):
            form = f"[[{key}]]" if section.table else f"[{key}]"
            raise Unusable(f"{path.name}：“{key}”应写成 {form}。")
        if section.table:
            parts[key] = tuple(
                _record(path, section, row, f"[[{key}]] 第{at}项") for at, row in enumerate(part, 1)
            )
        else:
            parts[key] = _record(path, section, part, f"[{key}]")
    inputs = Inputs(**parts)
    _refuse_stray_explanations(path, inputs)
    return inputs


def _refuse_stray_explanations(path: Path, inputs: Inputs) -> None:
    if not inputs.explanations:
        return
    known = {line.id for line in rule_lines()}
    seen = set()
    for at, row in enumerate(inputs.explanations, 1):
        where = f"{path.name}：[[explanations]] 第{at}项"
        if row.rule not in known:
            raise Unusable(f"{where}没有编号为“{row.rule or ''}”的规则，编号见 xlreport rules。")
        if (row.rule, row.place) in seen:
            raise Unusable(f"{where}与前面的{row.rule}{row.place or ''}重复，请并成一项。")
        seen.add((row.rule, row.place))


def read_sample() -> Inputs:
    """The sample year that comes with the program."""
    return read_data(asset("sample.toml"))


def with_unit(inputs: Inputs, given: Mapping[str, Any]) -> Inputs:
    """A copy with what the command line says of the unit. Raises Unusable like a wrong cell would."""
    fields = {field.key: field for field in fields_of(Unit)}
    parsed = {key: parse(content, fields[key]) for key, content in given.items()}
    for key, value in parsed.items():
        if isinstance(value, Wrong):
            raise Unusable(f"{fields[key].label}{value.message}。")
    return with_values(inputs, unit=parsed)


def read_outline(name: str) -> tuple[TemplateLine, ...]:
    """The template lines of an outline that comes with the program. Raises Unusable for an unknown one."""
    data = read_asset("outlines", name, "提纲")
    return tuple(TemplateLine(style=line["style"], text=line["text"]) for line in data["lines"])


def with_standard(inputs: Inputs, name: str) -> Inputs:
    """A copy with a scoring standard that comes with the program: its lines and bands, its settings or the usual ones.

    Raises Unusable for an unknown one.
    """
    data = read_asset("scoring", name, "评分标准")
    sections = {section.key: section for section in sections_of(Inputs)}
    path = asset(f"scoring/{name}.toml")
    rows: dict[str, Any] = {
        key: tuple(_record(path, sections[key], row, f"[[{key}]]") for row in data.get(key, ()))
        for key in ("criteria", "bands")
    }
    given = _record(path, sections["settings"], data.get("settings", {}), "[settings]")._asdict()
    usual = {key: each.value for key, each in thresholds().named.items() if each.by_standard}
    return with_values(inputs, **rows, settings=usual | {key: v for key, v in given.items() if v is not None})


def with_defaults(inputs: Inputs, outline: str | None = None, standard: str | None = None) -> Inputs:
    """A copy that has an outline and a scoring standard: those named, else its own, else the usual ones.

    Raises Unusable for an unknown one.
    """
    if outline or not inputs.template:
        inputs = replace(inputs, template=read_outline(outline or DEFAULT_OUTLINE))
    return with_standard(inputs, standard or DEFAULT_STANDARD) if standard or not inputs.criteria else inputs


def read_papers(version: str) -> dict[str, Any]:
    """The definitions of 附件2 in one version, 附件3 and 附件4. Raises Unusable for an unknown version."""
    return {name: read_paper(name) for name in (f"base-{version}", "overall", "project")}


def read_paper(name: str) -> dict[str, Any]:
    """The definition of a paper, with the rows of its blocks, and what it has `like` another.

    Raises Unusable for an unknown name.
    """
    own, blocks = read_asset("papers", name, "附件"), read_asset("papers", "blocks", "附件")
    rows: list[dict[str, Any]] = []
    for row in own["rows"]:
        block = row.get("block")
        if block is not None and block not in blocks:
            raise Unusable(f"{name}.toml：没有“{block}”这一段；blocks.toml 里有：{'、'.join(blocks)}。")
        rows += [row] if block is None else blocks[block]
    other = read_asset("papers", own["like"], "附件") if "like" in own else {}
    return other | own | {"rows": rows}


def read_asset(folder: str, name: str, what: str) -> dict[str, Any]:
    """The content of a TOML file that comes with the program. Raises Unusable for an unknown name."""
    if name not in names_in(folder):
        raise Unusable(f"没有“{name}”这个{what}；可用的有：{'、'.join(names_in(folder))}。")
    return _read_toml(asset(f"{folder}/{name}.toml"))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        # Amounts go straight to Decimal, never through a float.
        return tomllib.loads(read_bytes(path).decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise Unusable(f"{path.name}：不是 UTF-8 编码的文本，请另存为 UTF-8 后重试。") from error
    except tomllib.TOMLDecodeError as error:
        raise Unusable(
            f"{path.name}：{_place(error)}不是有效的 TOML，请按示例 sample.toml 的写法更正。"
        ) from error
    except (RecursionError, ValueError) as error:  # nested without end, a number of thousands of digits
        raise Unusable(f"{path.name}：有一个数字过长或嵌套过深，请按示例 sample.toml 的写法更正。") from error


def _place(error: tomllib.TOMLDecodeError) -> str:
    """Where the file is wrong; the library says it in English only."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第{found[1]}行第{found[2]}列" if found else ""


def _record(path: Path, section: Section, values: Any, where: str) -> Any:
    if not isinstance(values, Mapping):
        raise Unusable(f"{path.name}：{where}应是“键 = 值”的形式。")
    fields = {field.key: field for field in section.fields}
    for key in values:
        if key not in fields:
            raise Unusable(f"{path.name}：{where}没有“{key}”这个键{_near(key, fields)}。")
    record: dict[str, Any] = {}
    for key, field in fields.items():
        value = parse(values.get(key), field)
        if isinstance(value, Wrong):
            raise Unusable(f"{path.name}：{where}的 {key}（{field.label}）{value.message}。")
        record[key] = value
    return section.record(**record)


def _near(key: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(key, known, 1)
    return f"，可能是 {near[0]}" if near else f"，可用的有：{'、'.join(known)}"
