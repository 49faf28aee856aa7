"""What `check` prints: the findings as lines for people, or as one JSON object."""

from typing import TYPE_CHECKING, Any

import click

from xlreport.report import Report

if TYPE_CHECKING:
    from xlreport.checks.rule import Finding
    from xlreport.model.scorecard import Card
    from xlreport.sheets.layout import Addresses
    from xlreport.sheets.reader import Reading


def print_findings(evaluated: Report, reading: "Reading") -> None:
    from xlreport.checks.rule import Level

    unit = evaluated.inputs.unit
    click.echo(f"{unit.name or '（单位名称未填）'}　{unit.year or '（年度未填）'}年度")
    for problem in reading.problems:
        click.echo(f"填写有误　　{problem}")
    for finding in evaluated.findings:
        cells = "、".join(_cells(finding, reading.addresses))
        said = "说明已过期" if finding.lapsed else "已说明"
        state = f"（{said}：{finding.explanation}）" if finding.explanation else ""
        click.echo(f"{finding.level:　<3} {finding.rule}　{cells}：{finding.message}{state}")
    counts = "，".join(f"{level} {evaluated.count(level)} 条" for level in Level)
    click.echo(f"合计：填写有误 {len(reading.problems)} 处，{counts}。")


def as_json(evaluated: Report, reading: "Reading") -> dict[str, Any]:
    """The object of --json; rates are fractions, null where there is none."""
    unit = evaluated.inputs.unit
    return {
        "unit": unit.name,
        "year": unit.year,
        "rates": {
            key: None if rate.value is None else float(round(rate.value, 6))
            for key, rate in evaluated.rates.items()
        },
        "scores": _scores(evaluated),
        "findings": [
            {
                "rule": finding.rule,
                "level": finding.level,
                "message": finding.message,
                "cells": _cells(finding, reading.addresses),
                "explained": finding.is_explained,
                "explanation": finding.explanation,
                "lapsed": finding.lapsed,
            }
            for finding in evaluated.findings
        ],
        "problems": [{"cell": problem.cell, "message": problem.message} for problem in reading.problems],
    }


def _scores(evaluated: Report) -> dict[str, Any]:
    """Points as numbers, null where a figure is missing; the department's first, then its projects'."""

    def card(each: "Card") -> dict[str, Any]:
        return {"execution": _points(each.execution), "total": _points(each.total), "grade": each.grade}

    scores = evaluated.scores
    named = zip(evaluated.inputs.projects, scores.cards.projects, strict=True)
    return {
        **card(scores.cards.overall),
        "standard": _points(scores.standard_total),
        "projects": [{"name": project.name, **card(each)} for project, each in named],
    }


def _points(value: Any) -> float | None:
    return None if value is None else float(value)


def _cells(finding: "Finding", addresses: "Addresses") -> list[str]:
    return [cell for path in finding.fields if (cell := addresses.cell(path))]
