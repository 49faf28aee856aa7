"""M: what must not be blank."""

from collections import Counter
from decimal import Decimal

from xlreport.checks.rule import NOT_APPLICABLE, Breach, Level, Verdict, rule, some
from xlreport.model.fields import Value, places_of
from xlreport.model.inputs import Inputs, Project
from xlreport.model.self_evaluation import Indicator, ProjectFund

REQUIRED = {
    name: place
    for name, place in places_of(Inputs).items()
    if place.field.required and not place.section.table
}
_REMEDY = "请补填后再检查"


@rule("M01", Level.HARD, "必填项均已填写", "", _REMEDY, figures=tuple(REQUIRED))
def required_fields_are_filled(*values: Value) -> Verdict:
    missing = tuple(name for name, value in zip(REQUIRED, values, strict=True) if value is None)
    labels = "、".join(REQUIRED[name].label for name in missing)
    return Breach(words=f"必填项未填写：{labels}", at=missing) if missing else None


@rule("M01", Level.HARD, "必填项均已填写", "未填写项目名称", _REMEDY, each=Project)
def project_has_a_name(name: str | None) -> Verdict:
    return None if name else Breach(at=("name",))


@rule("M01", Level.HARD, "必填项均已填写", "", _REMEDY, each=Indicator)
def indicator_is_complete(
    level_1: str | None, name: str | None, direction: str | None, points: Decimal | None
) -> Verdict:
    lacking = [
        (key, label)
        for key, label, value in (
            ("level_1", "一级指标", level_1),
            ("name", "三级指标", name),
            ("direction", "指标性质", direction),
            ("points", "分值", points),
        )
        if value is None
    ]
    if not lacking:
        return None
    labels = "、".join(label for _, label in lacking)
    return Breach(words=f"未填写{labels}", at=tuple(key for key, _ in lacking))


@rule("M02", Level.HARD, "项目名称不重复", "", "请改用不同的名称，绩效指标和项目资金才能对上项目")
def project_names_are_unique(projects_name: tuple[str | None, ...]) -> Verdict:
    names = Counter(name for name in projects_name if name)
    if not names:
        return NOT_APPLICABLE
    double = [name for name, count in names.items() if count > 1]
    if not double:
        return None
    paths = tuple(f"projects[{row}].name" for row, name in enumerate(projects_name) if name in double)
    return Breach(words=f"项目名称重复：{some(double)}", paths=paths)


def _known_project(section: str, label: str) -> None:
    """Register the rule that a table names projects of 项目支出 only."""

    @rule(
        "M03",
        Level.HARD,
        "所属项目都在项目支出表中",
        "",
        "请与“项目支出”表的项目名称写成一样",
        figures=("projects_name", f"{section}_project"),
    )
    def project_is_known(names: tuple[str | None, ...], named: tuple[str | None, ...]) -> Verdict:
        if not any(named):
            return NOT_APPLICABLE
        known = set(names)
        strays = [(row, name) for row, name in enumerate(named) if name and name not in known]
        if not strays:
            return None
        words = f"{label}的所属项目在“项目支出”表中没有：{some([name for _, name in strays])}"
        return Breach(words=words, paths=tuple(f"{section}[{row}].project" for row, _ in strays))


_known_project("indicators", "绩效指标")
_known_project("funds", "项目资金")


@rule("M03", Level.HARD, "所属项目都在项目支出表中", "", _REMEDY, each=ProjectFund)
def fund_names_its_project(project: str | None, source: str | None) -> Verdict:
    lacking = tuple(key for key, value in (("project", project), ("source", source)) if value is None)
    return Breach(words="未填写所属项目或资金来源", at=lacking) if lacking else None
