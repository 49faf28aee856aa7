"""The command `verify`: does the Word report that was edited still say what the workbook says?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlreport.cli_output import FILE, force_option, progress, refuse_input
from xlreport.errors import Unusable
from xlreport.files import write_all

if TYPE_CHECKING:
    from xlreport.verify.findings import Verification

_FINDINGS = 1  # exit status


@click.command()
@click.argument("file", type=FILE)
@click.argument("report", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "-o", "--output", type=FILE, help="Write the list as a workbook (.xlsx) with links to the cells."
)
@click.option("--marked", type=FILE, help="Write a copy of REPORT (.docx) with the differences commented.")
@force_option
def verify(
    file: Path, report: Path, as_json: bool, output: Path | None, marked: Path | None, force: bool
) -> None:
    """Compare an edited Word report with its workbook; status 1 when a fact differs, is missing or foreign.

    Example: xlreport verify 绩效自评.xlsx 自评报告.docx --marked 核对.docx
    """
    from xlreport.department import open_department
    from xlreport.verify.comparison import compare
    from xlreport.verify.listing import write_list
    from xlreport.verify.marking import write_marked

    for target, suffix in ((output, ".xlsx"), (marked, report.suffix.lower())):
        if target and target.suffix.lower() != suffix:
            raise Unusable(f"{target}：请把文件名改为以 {suffix} 结尾。")
        if target:
            refuse_input(target, file, report)
    with progress("正在核对报告……"):
        verification = compare(open_department(file), report)
        writers: dict[Path, Any] = {}
        if output:
            writers[output] = lambda path: write_list(verification, file, path)
        if marked:
            writers[marked] = lambda path: write_marked(verification, path)
        write_all(writers, force=force)
    if as_json:
        import json

        click.echo(json.dumps(_as_json(verification), ensure_ascii=False, indent=2))
    else:
        _print(verification)
        for path in writers:
            click.echo(f"已生成：{path}")
    if verification.findings:
        sys.exit(_FINDINGS)


def _print(verification: "Verification") -> None:
    click.echo(f"{verification.unit or '（单位名称未填）'}　{verification.year or '（年度未填）'}年度")
    if verification.remark:
        click.echo(f"注意：{verification.remark}。")
    for finding in verification.findings:
        click.echo(f"{finding.kind:　<3} {finding.message}")
    click.echo(f"{'合计：' if verification.findings else ''}{verification.summary}。")


def _as_json(verification: "Verification") -> dict[str, Any]:
    return {
        "unit": verification.unit,
        "year": verification.year,
        "tracked_changes": verification.tracked,
        "findings": [
            {
                "kind": finding.kind,
                "message": finding.message,
                "place": finding.place,
                "workbook": finding.workbook,
                "report": finding.report,
                "cells": list(finding.cells),
            }
            for finding in verification.findings
        ],
    }
