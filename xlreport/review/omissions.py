"""What a narrative may leave out: that a rule lacks it is no fault, unless the words say that they tell all."""

import re
from decimal import Decimal

from xlreport.checks.rule import Finding, Level
from xlreport.model.fields import places_of
from xlreport.model.inputs import Inputs
from xlreport.review.narrative import NUMBER, Narrative, figures_of, whole_number
from xlreport.wording.fault import sentence_at

# Of kinds of staff and sources of income 其中 names the greatest, hardly ever all.
_NAMED_IN_PART = {"E01": "total", "E02": "total", "B03": "income", "F01": "income"}
# Trips and cars are hardly ever told with their numbers: where one number is, the others are wanted.
_COUNTED_BESIDE = {
    "abroad": ("missions", "travellers"),
    "vehicle_purchase": ("vehicles_bought", "vehicles_kept"),
}
_SOME = re.compile("其中|主要|包括|含|如")
_CLOSING = re.compile("[）)]")
_MADE_UP = re.compile("[^，。；]{0,2}(?:组成|构成)")
_PROJECTS = re.compile(rf"{NUMBER}个项目")
_SOME_PROJECTS = re.compile("以[上下内]|其中|重点|部分|主要|[未没无]")


def is_left_out(finding: Finding, story: Narrative) -> bool:
    """Whether what a narrative may leave out can explain the difference."""
    inputs = story.inputs
    if whole := _NAMED_IN_PART.get(finding.rule):
        section = finding.fields[0].partition(".")[0]
        record = getattr(inputs, section)
        parts = (getattr(record, path.partition(".")[2]) for path in finding.fields)
        total = getattr(record, whole)
        short = total is not None and sum(part for part in parts if part) - total < total
        return short and not _tells_all(finding, story)
    if finding.rule == "S05":
        part = finding.fields[-1].partition(".")[2]
        counts = (getattr(inputs.three_public_counts, each) for each in _COUNTED_BESIDE.get(part, ()))
        return part != "reception" and not any(counts)
    if finding.rule == "J03" and finding.level is Level.HINT:
        return _rest_is_small(inputs) and not _tells_all_projects(story)
    if finding.rule == "B04":
        return _may_be_carried_over(inputs) and not _tells_all(finding, story)
    return False


def _tells_all(finding: Finding, story: Narrative) -> bool:
    """Whether the words around the parts of a sum say that there are no others.

    18人（行政10人、事业8人）, 分别为…, 由…组成, and a list that ends with 其他; with a figure between that was
    not understood, nobody knows.
    """
    whole, *parts = (story.source(path) for path in finding.fields)
    told = [each for each in parts if each and each.sure]
    if (
        whole is None
        or not whole.sure
        or len(told) < len(parts)
        or {each.paragraph for each in told} != {whole.paragraph}
    ):
        return False
    text = story.nodes[whole.paragraph].text
    first, last = min(each.start for each in told), max(told, key=lambda each: each.end)
    start, end = sentence_at(text, first)
    if not start <= whole.start < whole.end <= first:
        return False
    lead = text[whole.end : first]
    if last.path.endswith(".other_income"):
        end = last.end
    elif _SOME.search(lead) or text.startswith("等", last.end):
        return False
    elif lead.startswith(("（", "(")):
        closing = _CLOSING.search(text, last.end, end)
        end = closing.start() if closing else end
    elif not (lead.startswith(("：", ":")) or "分别" in lead or _MADE_UP.match(text, last.end)):
        return False
    figures = [fact.start for fact in figures_of(text) if whole.end <= fact.start < end]
    listed, beyond = figures[: len(told)], figures[len(told) :]
    understood = {each.start for each in story.said if each.paragraph == whole.paragraph}
    return listed == sorted(each.start for each in told) and understood.issuperset(beyond[:1])


def _tells_all_projects(story: Narrative) -> bool:
    """Whether as many projects are described as the narrative says there are."""
    for node in story.nodes:
        for found in _PROJECTS.finditer(node.text):
            sentence = node.text[slice(*sentence_at(node.text, found.start()))]
            if not _SOME_PROJECTS.search(sentence):
                return whole_number(found["count"]) == len(story.inputs.projects)
    return False


def _rest_is_small(inputs: Inputs) -> bool:
    """Whether all spending that no listed project has is less than a project that must be told."""
    listed = sum(project.executed for project in inputs.projects if project.executed)
    least = places_of(Inputs)["settings_described_from"].field.given(inputs.settings.described_from)
    total = inputs.final.project
    return total is not None and isinstance(least, Decimal) and total - listed < least


def _may_be_carried_over(inputs: Inputs) -> bool:
    """Whether the year's budget is above what the told adjustments give, and nothing is said of last year's rest."""
    told = inputs.adjustment
    start, budget = inputs.initial.expenditure, inputs.full_year.expenditure
    if told.carried_over is not None or start is None or budget is None:
        return False
    if told.additions is None and told.reductions is None:
        return False
    return budget > start + (told.additions or 0) - (told.reductions or 0)
