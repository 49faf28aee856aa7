"""Scores as native formulas: the columns of 绩效指标 and 评分标准, and what 首页 adds up of them.

Each gives what model/scorecard computes. The columns stand behind those that are filled in: what follows from
functions in cells may not be among their arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from xlreport.model.fields import Kind, fields_of
from xlreport.model.inputs import YES
from xlreport.model.rates import RATES
from xlreport.model.scorecard import ALL_INDICATORS, EXECUTION_POINTS, Card
from xlreport.model.scoring import DIRECTED_FORMULA, GRADES, indicator_score, number_of, total_of_known
from xlreport.model.self_evaluation import (
    BY_BANDS,
    BY_EXECUTION,
    BY_INDICATORS,
    BY_STEPS,
    BY_UNIT,
    QUALITATIVE,
    Criterion,
    Indicator,
    ScoreBand,
)
from xlreport.report import Report
from xlreport.sheets.layout import (
    COMPUTED_MARK,
    RATE_SHEET,
    Addresses,
    absolute,
    block,
    column_letter,
    in_column,
    in_row,
    sheet_reference,
)
from xlreport.sheets.table_sheet import Column

FIRST_RATE = 4  # the row of the first rate on 指标计算
# Columns there; the last one, hidden, says 1 where there was nothing of the kind.
RATE_LABEL, RATE_VALUE, RATE_NONE = 1, 2, 5

INDICATORS, CRITERIA, BANDS = "indicators", "criteria", "bands"
COMPUTED_SCORE, ADOPTED, SCORE = "computed", "adopted", "score"  # keys of the columns
_COMPUTED_HEAD, _ADOPTED_HEAD, _SCORE_HEAD, _OVERALL_HEAD = "计算得分", "采用得分", "得分", "整体指标"
_NUMBER_HEADS = {"target": "指标值数", "actual": "完成值数"}
_WIDTH = 10
_RECORDS = {INDICATORS: Indicator, CRITERIA: Criterion, BANDS: ScoreBand}

# A text as number_of takes it: no date, no time, no 1E5, commas between thousands only; VALUE takes more.
# {text} has no blanks around it and none before its percent sign, {bare} neither commas nor percent sign.
_NUMBER = (
    "IFERROR(IF(AND(LEN({text})<=20,"
    'SUMPRODUCT(--ISERROR(FIND(MID({text}&REPT("0",20),{places},1),"0123456789.,%+-")))=0,'
    'SUMPRODUCT(--ISNUMBER(FIND({{"+","-"}},{text},2)))=0,'
    'SUMPRODUCT(--ISNUMBER(FIND({misplaced}," "&{text}&" ")))=0,'
    'FIND("%",{text}&"%")>=LEN({text}),ISERROR(FIND(",",{text},FIND(".",{text}&"."))),'
    'OR(ISERROR(FIND(",",{text})),ISNUMBER(FIND(TEXT(TRUNC(ABS(VALUE({bare}))),"#,##0"),{text})))'
    '),VALUE({text}),""),"")'
)
_PLACES = f"{{{','.join(map(str, range(1, 21)))}}}"
_MISPLACED = '{" .",". ","+.","-.",".%"," ,",", ","+,","-,",",%"}'


def number_formula(cell: str) -> str:
    """The expression of the number that a text cell holds; empty for any other text."""
    text = f'SUBSTITUTE(TRIM(SUBSTITUTE({cell},"　"," "))," %","%")'
    bare = f'SUBSTITUTE(SUBSTITUTE({text},",",""),"%","")'
    return _NUMBER.format(text=text, bare=bare, places=_PLACES, misplaced=_MISPLACED)


def execution_formula(points: str, executed: str, full_year: str) -> str:
    """The expression of 分值 × min(1, 执行数 ÷ 全年预算数), rounded from the unrounded product; empty without it."""
    # Rounded twice, because the product of doubles may lie a hair below its half.
    scored = f"ROUND(ROUND(MIN({points},{points}*{executed}/{full_year}),9),2)"
    return f'IF(COUNT({points},{executed},{full_year})<3,"",IF({full_year}=0,"",{scored}))'


def grade_formula(total: str) -> str:
    """The expression of what a total is called; the bounds belong to their grade."""
    *bounds, (_, last) = GRADES
    nested = f'"{last}"'
    for bound, name in reversed(bounds):
        nested = f'IF({total}>={bound},"{name}",{nested})'
    return nested


def _here(table: str, key: str) -> str:
    return in_row(table, _label(table, key))


def _down(table: str, key: str) -> str:
    return in_column(table, _label(table, key))


def _label(table: str, key: str) -> str:
    return next(field.label for field in fields_of(_RECORDS[table]) if field.key == key)


@dataclass(frozen=True)
class ScoreFormulas:
    """The scores of one workbook; its columns are laid out when they are asked for."""

    report: Report
    addresses: Addresses
    live: bool  # a function computes 计算得分, beside the table

    def indicators(self) -> list[Column]:
        """计算得分 and 采用得分; hidden behind them what these and the totals need."""
        rows = self.report.inputs.indicators
        computed = [indicator_score(each) for each in rows]
        pairs = zip(rows, computed, strict=True)
        adopted = [score if each.score is None else each.score for each, score in pairs]
        overall = [None if each.project else Decimal(1) for each in rows]
        numbers = {
            head: [number_of(getattr(each, key)) for each in rows] for key, head in _NUMBER_HEADS.items()
        }
        scored = None if self.live else self._computed
        left, right = (None, None) if self.live else ("score", "reason")  # of the unit's own score
        columns = [
            _column(_COMPUTED_HEAD, COMPUTED_SCORE, computed, scored, before=left, beside=self.live),
            _column(_ADOPTED_HEAD, ADOPTED, adopted, self._adopted, before=right),
            _column(_OVERALL_HEAD, "overall", overall, self._overall, hidden=True),
        ]
        if not self.live:
            for key, head in _NUMBER_HEADS.items():
                cell = _here(INDICATORS, key)
                columns.append(
                    _column(head, f"{key}_number", numbers[head], partial(number_formula, cell), hidden=True)
                )
        return columns

    def criteria(self) -> list[Column]:
        """得分, by the method of each line."""
        scores = [each.score for each in self.report.scores.criteria]
        return [_column(_SCORE_HEAD, SCORE, scores, self._criterion)]

    @property
    def execution(self) -> str:
        """What the execution of the whole budget scores; empty where a figure is blank."""
        places = [self.addresses.at(f"{section}.expenditure") for section in ("final", "full_year")]
        executed, full_year = (absolute(place) for place in places if place)
        return f'IFERROR({execution_formula(self._execution_points, executed, full_year)},"")'

    @property
    def indicator_total(self) -> str:
        """The sum of 采用得分 over the indicators of the department; empty where one lacks it."""
        return _sum_of(_IS_OVERALL)

    @property
    def points(self) -> str:
        """The points of the execution and of those indicators: 100 in a correct table."""
        of_indicators = f"SUMPRODUCT(--({_IS_OVERALL}),{_down(INDICATORS, 'points')})"
        return f"ROUND(IFERROR(SUM({self._execution_points}),0)+{of_indicators},6)"

    @property
    def standard_total(self) -> str:
        """The sum over 评分标准; empty where a line has no score."""
        scores = in_column(CRITERIA, _SCORE_HEAD)
        filled = "&".join(in_column(CRITERIA, field.label) for field in fields_of(Criterion))
        lines = f'SUMPRODUCT(--({filled}<>""))'
        return f'IF(AND(COUNT({scores})>0,COUNT({scores})={lines}),{_printed(f"SUM({scores})")},"")'

    def total(self, execution: str, indicators: str) -> str:
        """自评总分 from the cells of its two parts; empty where one that is wanted has no score."""
        wanted = f"ISNUMBER({self._execution_points})"
        known = f"AND(ISNUMBER({indicators}),OR(ISNUMBER({execution}),NOT({wanted})))"
        return f'IF({known},{_printed(f"SUM({execution},{indicators})")},"")'

    @property
    def _execution_points(self) -> str:
        """The points of the first line that scores the execution; the setting's where no line does."""
        line = f'MATCH("{BY_EXECUTION}",{_down(CRITERIA, "method")},0)'
        points = f"INDEX({_down(CRITERIA, 'points')},{line})"
        setting = str(EXECUTION_POINTS.default)
        if place := self.addresses.at("settings.execution_points"):
            setting = f"IF(ISNUMBER({absolute(place)}),{absolute(place)},{setting})"
        return f'IF(ISNUMBER({line}),IF(ISNUMBER({points}),{points},""),{setting})'

    def _computed(self) -> str:
        target, actual = (in_row(INDICATORS, head) for head in _NUMBER_HEADS.values())
        points, direction = _here(INDICATORS, "points"), _here(INDICATORS, "direction")
        nothing = (
            f"COUNT({target},{actual},{points})<3",
            f'{direction}=""',
            f'{direction}="{QUALITATIVE}"',
            f"{target}<0",
            "<>".join(f'ISNUMBER(FIND("%",{_here(INDICATORS, key)}))' for key in _NUMBER_HEADS),
        )
        scored = DIRECTED_FORMULA.format(actual=actual, target=target, points=points, direction=direction)
        return f'IF(OR({",".join(nothing)}),"",{scored})'

    def _adopted(self) -> str:
        own = _here(INDICATORS, "score")
        computed = in_row(INDICATORS, _COMPUTED_HEAD)
        if self.live:
            tab, at = self.addresses.columns[f"{INDICATORS}.{COMPUTED_MARK}{COMPUTED_SCORE}"]
            computed = f"INDEX({_whole_column(tab, at)},ROW())"
        return f"IF(ISNUMBER({own}),{own},{computed})"

    def _overall(self) -> str:
        project, *others = (in_row(INDICATORS, field.label) for field in fields_of(Indicator))
        return f'IF(AND({project}="",COUNTA({",".join(others)})>0),1,"")'

    def _criterion(self) -> str:
        name, method, points, own = (_here(CRITERIA, key) for key in ("name", "method", "points", "score"))
        mine = f'({_IS_OVERALL})*(({_down(INDICATORS, "level_1")}={name})+({name}="{ALL_INDICATORS}")>0)'
        at = f"MATCH({_here(CRITERIA, 'rate')},{_rates(RATE_LABEL)},0)"
        rate = f"INDEX({_rates(RATE_VALUE)},{at})"
        nothing = f'{_here(CRITERIA, "full_without")}="{YES}",INDEX({_rates(RATE_NONE)},{at})=1'
        without = f'IF(AND({nothing},ISNUMBER({points})),{points},"")'
        by_rate = f'IF({method}="{BY_STEPS}",{_steps(rate)},{_bands(rate)})'
        cases = {
            f'{method}="{BY_EXECUTION}"': self.execution,
            f'{method}="{BY_UNIT}"': f'IF(ISNUMBER({own}),{own},"")',
            f'{method}="{BY_INDICATORS}"': f'IF({name}="","",{_sum_of(mine)})',
            f'OR({method}="{BY_STEPS}",{method}="{BY_BANDS}")': (
                f'IFERROR(IF(ISNUMBER({rate}),{by_rate},{without}),"")'
            ),
        }
        formula = '""'
        for case, score in reversed(cases.items()):
            formula = f"IF({case},{score},{formula})"
        return formula


_IS_OVERALL = f"{in_column(INDICATORS, _OVERALL_HEAD)}=1"


def _column(
    head: str, key: str, values: Sequence[Decimal | None], formula: Callable[[], str] | None, **more: Any
) -> Column:
    """A column whose formula is the same in every row."""

    def value(at: int) -> Decimal | str:
        score = values[at]
        return "" if score is None else score

    written = None if formula is None else lambda _: f"={formula()}"
    return Column(head, key, _WIDTH, Kind.NUMBER, value, written, same=True, **more)


def indicator_total(card: Card) -> Decimal | None:
    """What the indicators of a card score together; None where there are none, or one has no score."""
    return total_of_known(line.score for line in card.lines)


def _printed(total: str) -> str:
    """A total as it is printed and graded: first without what doubles lack, then half-up at two decimals."""
    return f"ROUND(ROUND({total},6),2)"


def rate_labels() -> str:
    """Where the names of the rates stand."""
    return _rates(RATE_LABEL)


def _whole_column(tab: str, at: int) -> str:
    letter = column_letter(at)
    return f"{sheet_reference(tab)}!${letter}:${letter}"


def _sum_of(mine: str) -> str:
    """The sum of 采用得分 over some rows of 绩效指标; empty where there are none, or one has no score."""
    adopted = in_column(INDICATORS, _ADOPTED_HEAD)
    lacking = f"SUMPRODUCT(({mine})*(1-ISNUMBER({adopted})))"
    known = f"AND(SUMPRODUCT(--({mine}))>0,{lacking}=0)"
    return f'IF({known},ROUND(SUMPRODUCT(--({mine}),{adopted}),6),"")'


def _rates(column: int) -> str:
    return block(RATE_SHEET, (FIRST_RATE, column), (FIRST_RATE + len(RATES) - 1, column))


def _steps(rate: str) -> str:
    """Points less a deduction for each whole step beyond the limit; empty for an incomplete line."""
    points, step, deduction, at_most, at_least = (
        _here(CRITERIA, key) for key in ("points", "step", "deduction", "at_most", "at_least")
    )
    above, below = (
        f"IF(ISNUMBER({at_most}),{rate}-{at_most},0)",
        f"IF(ISNUMBER({at_least}),{at_least}-{rate},0)",
    )
    # In millionths, because the quotient of two doubles may lie a hair below its whole number.
    steps = f"INT(ROUND(MAX(0,{above},{below})*1000000,0)/ROUND({step}*1000000,0))"
    incomplete = f"OR(COUNT({points},{step},{deduction})<3,COUNT({at_most},{at_least})=0)"
    return f'IF({incomplete},"",ROUND(MAX(0,{points}-{steps}*{deduction}),6))'


def _bands(rate: str) -> str:
    """The points of the lowest band that the rate does not pass, 0 above all; empty where there are none."""
    limit, points = _down(BANDS, "limit"), _down(BANDS, "points")
    known = f"({_down(BANDS, 'item')}={_here(CRITERIA, 'name')})*ISNUMBER({limit})*ISNUMBER({points})"
    # MIN over the rows that qualify; MINIFS is not in Excel 2016.
    lowest = f"SUMPRODUCT(MIN({limit}+1E9*(1-{known}*({limit}>={rate}))))"
    scored = f"SUMPRODUCT(MIN({points}+1E9*(1-{known}*({limit}={lowest}))))"
    return f'IF(SUMPRODUCT({known})=0,"",IF({lowest}>=1E9,0,{scored}))'
