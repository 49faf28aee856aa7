"""The commands that need no workbook: `review` checks a narrative alone, `rules` lists the rules."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli_output import FILE
from xlreport.errors import Unusable

if TYPE_CHECKING:
    from xlreport.review.reviewing import Review

_FINDINGS = 1  # exit status


@click.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def review(file: Path, as_json: bool) -> None:
    """Check a narrative (.docx or .txt) without a workbook; status 1 when something is left to correct or explain.

    Example: xlreport review 自评报告.docx
    """
    from xlreport.review.document import read_document
    from xlreport.review.reviewing import has_figures
    from xlreport.review.reviewing import review as reviewed

    document = read_document(file)
    result = reviewed(document.paragraphs, document.numbered)
    if not has_figures(result.narrative):
        raise Unusable(f"{file.name}：没有认出自评报告的任何数字，请核对是否选对了文件。")
    if as_json:
        click.echo(json.dumps(review_as_json(result), ensure_ascii=False, indent=2))
    else:
        _print_review(result)
    if any(remark.is_open for remark in result.remarks):
        sys.exit(_FINDINGS)


def _print_review(result: "Review") -> None:
    from xlreport.checks.rule import Level

    unit = result.narrative.inputs.unit
    click.echo(f"{unit.name or '（未认出单位名称）'}　{unit.year or '（未认出年度）'}年度")
    for remark in result.remarks:
        place = "" if remark.paragraph is None else f"第{remark.paragraph + 1}段“{remark.words}”"
        click.echo(f"{remark.level:　<3} {remark.rule}　{place}：{remark.message}")
    counts = (f"{level} {sum(remark.level is level for remark in result.remarks)} 条" for level in Level)
    click.echo(f"合计：{'，'.join(counts)}；认出 {len(result.narrative.said)} 项数据。")


def review_as_json(result: "Review") -> dict[str, Any]:
    """The object of --json."""
    unit = result.narrative.inputs.unit
    return {
        "unit": unit.name,
        "year": unit.year,
        "findings": [
            {
                "rule": remark.rule,
                "level": remark.level,
                "message": remark.message,
                "paragraph": None if remark.paragraph is None else remark.paragraph + 1,
                "words": remark.words,
            }
            for remark in result.remarks
        ],
        "facts": [
            {
                "field": said.path,
                "value": str(said.value),
                "sure": said.sure,
                "paragraph": said.paragraph + 1,
                "sentence": said.sentence,
            }
            for said in result.narrative.said
        ],
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rules(as_json: bool) -> None:
    """List the rules of `check` and those that only `review` has, with the sheets that each looks at and its source.

    Example: xlreport rules
    """
    from xlreport.checks.listing import rule_list

    lines = rule_list()
    if as_json:
        click.echo(json.dumps({"rules": [*map(asdict, lines)]}, ensure_ascii=False, indent=2))
        return
    for line in lines:
        sheets = "、".join(line.sheets)
        click.echo(f"{line.id}　{line.level:　<3} {line.title}　（{sheets}）　依据：{line.source}")
