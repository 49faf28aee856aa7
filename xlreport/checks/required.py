"""M: what must not be blank."""

from xlreport.checks.rule import Breach, Level, Verdict, rule
from xlreport.model.fields import Value, places_of
from xlreport.model.inputs import Inputs, Project

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
