"""What a record has for forms: the papers in all their versions, and the names beside them."""

from dataclasses import dataclass
from functools import cached_property

from xlreport.datafile import read_asset, read_paper
from xlreport.forms.grid import Grid
from xlreport.forms.labels import Synonyms, stem
from xlreport.forms.places import Form
from xlreport.forms.wanted import Wants, wants_of
from xlreport.model.fields import places_of
from xlreport.model.inputs import BASE_TABLES, Inputs
from xlreport.model.numbers import date_text
from xlreport.papers.maker import make_papers
from xlreport.report import Report

BASE, OVERALL, PROJECT = "base", "overall", "project"  # the kinds of papers
# Of 附件2 also the rows that forms had once.
DEFINITIONS = (*(f"base-{version}" for version in (*BASE_TABLES, "2018")), OVERALL, PROJECT)


@dataclass(frozen=True)
class Record:
    """The papers of a record, with the labels by which forms are searched."""

    report: Report
    year: int

    @cached_property
    def synonyms(self) -> Synonyms:
        return Synonyms.of(read_asset("papers", "synonyms", "附件"))

    @cached_property
    def wants(self) -> dict[str, list[Wants]]:
        """What the papers of each kind want: of 附件2 every version, the unit's own first."""
        definitions = {key: read_paper(key) for key in DEFINITIONS}
        found: dict[str, list[Wants]] = {BASE: [], OVERALL: [], PROJECT: []}
        for paper in make_papers(self.report, definitions):
            kind = BASE if paper.key.startswith(BASE) else paper.key
            found[kind].append(wants_of(paper, self.synonyms, self.year))
        settings = self.report.inputs.settings
        own = f"base-{places_of(Inputs)['settings_base_table'].field.given(settings.base_table)}"
        found[BASE].sort(key=lambda wants: wants.paper.key != own)
        return found

    def form(self, grid: Grid, wants: Wants) -> Form:
        """A grid beside a paper; what a row may be part of is the same in all versions."""
        kind = BASE if wants.paper.key.startswith(BASE) else wants.paper.key
        versions = self.wants[kind] if kind == BASE else [wants]
        contexts = {
            key: self.synonyms.parts.get(key, frozenset()).union(
                *(each.contexts.get(key, frozenset()) for each in versions)
            )
            for version in versions
            for key in version.contexts
        }
        projects = self.report.inputs.projects
        names = frozenset(stem(each.name) for each in projects if each.name)
        kinds = frozenset(self.synonyms.row(each.category) for each in projects if each.category)
        return Form(grid, wants, contexts, self.synonyms, self.year, names, kinds)

    def names(self, at: int | None) -> dict[str, str]:
        """The names that a paper has, of the department or of the project at this place."""
        unit = self.report.inputs.unit
        found = {
            "unit": unit.name,
            "parent": unit.parent,
            "preparer": unit.preparer,
            "report_date": date_text(unit.report_date) if unit.report_date else None,
            "phone": unit.phone,
            "head": unit.head,
        }
        if at is not None:
            project = self.report.inputs.projects[at]
            found |= {"project": project.name, "implementer": project.implementer or unit.name}
        return {key: text for key, text in found.items() if text}
