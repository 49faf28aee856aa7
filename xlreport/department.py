"""One department's workbook, read and evaluated, and what is made of it: report, generated workbook, mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from xlreport.assets import asset
from xlreport.carry_forward import carry_forward
from xlreport.collector import uncollected
from xlreport.datafile import read_outline, read_papers
from xlreport.errors import Unusable
from xlreport.files import file_name
from xlreport.model.fields import places_of
from xlreport.model.inputs import NO, OWN_OUTLINE, Inputs
from xlreport.narrative import Narrative, narrate
from xlreport.papers.grid import Paper
from xlreport.papers.maker import make_papers
from xlreport.report import Report, evaluate
from xlreport.sheets.layout import Addresses
from xlreport.sheets.reader import Reading, read_workbook

FIRST_PAPER = "附件1"  # where the unit does not number its report


@dataclass(frozen=True)
class Output:
    """A file to be written: its name in Chinese, and what writes it."""

    name: str
    write: Callable[[Path], object]

    def content(self) -> bytes:
        """The bytes of the file, without leaving one."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / self.name
            self.write(path)
            return path.read_bytes()


@dataclass(frozen=True)
class Department:
    """A workbook as it was read, with everything that follows from it."""

    source: str  # the workbook's file name
    reading: Reading
    report: Report
    outline: str  # that the narrative follows

    @cached_property
    def story(self) -> Narrative:
        """The narrative. Raises Unusable for an unknown outline, and naming the row of a faulty line."""
        own = self.outline == OWN_OUTLINE
        story = narrate(self.report, None if own else read_outline(self.outline))
        if story.faults:
            fault = story.faults[0]
            place = f"{'' if own else '提纲'}{self.outline}第{fault.line + 1}行"
            if own:
                place = self.addresses.cell(f"template[{fault.line}].text") or place
            more = f"（另有 {len(story.faults) - 1} 行有误）" if len(story.faults) > 1 else ""
            raise Unusable(f"{self.source}：{place}：{fault.message}{more}。")
        if not story.paragraphs:
            raise Unusable(f"{self.source}：“报告模板”没有内容，请恢复模板，或用 xlreport new 新建工作簿。")
        return story

    @cached_property
    def papers(self) -> tuple[Paper, ...]:
        """附件2 to 附件4."""
        return papers_of(self.report)

    @property
    def addresses(self) -> Addresses:
        return self.reading.addresses

    @property
    def title(self) -> str:
        """Unit, year and paper, as subjects and file names say it."""
        unit = self.report.inputs.unit
        year = f"{unit.year}年度" if unit.year else ""
        return f"{unit.name or ''}{year}部门整体支出绩效自评报告"


def open_department(path: Path, outline: str | None = None) -> Department:
    """Read and evaluate a saved workbook. Raises Unusable when it cannot be read; see `department_of`."""
    return department_of(read_workbook(path), path.name, outline)


def department_of(reading: Reading, source: str, outline: str | None = None) -> Department:
    """Evaluate what was read from the workbook `source`, saved or open.

    The narrative follows `outline`; without one the choice on 首页, and without that 报告模板.

    Raises Unusable when a cell is not what its field wants: what is unknown must not be printed as if it
    were blank.
    """
    if reading.problems:
        more = len(reading.problems) - 1
        others = f"（另有 {more} 处有误，请用 xlreport check 查看全部）" if more else ""
        raise Unusable(f"{source}：{reading.problems[0]}{others}")
    chosen = outline or reading.inputs.unit.outline or OWN_OUTLINE
    return Department(source, reading, evaluate(reading.inputs), chosen)


def begin_next_year(reading: Reading, source: str) -> Inputs:
    """The record that the year after the workbook `source` begins with.

    Raises Unusable where a cell is not what its field wants: it would be carried on as if it were blank.
    """
    if reading.problems:
        count = len(reading.problems)
        raise Unusable(f"{source}：有 {count} 处填写有误，请先更正再提取上年数据：{reading.problems[0]}")
    return carry_forward(reading.inputs)


def master_name(inputs: Inputs, suffix: str) -> str:
    """What the master workbook of a record is called."""
    unit = inputs.unit
    return file_name(f"{unit.name or ''}{f'{unit.year}年度' if unit.year else ''}绩效自评", suffix)


@uncollected
def papers_of(report: Report) -> tuple[Paper, ...]:
    """附件2, 附件3 and for each project 附件4, in the version of 附件2 that the record chooses."""
    version = places_of(Inputs)["settings_base_table"].field.given(report.inputs.settings.base_table)
    return tuple(make_papers(report, read_papers(str(version))))


def word_report(department: Department, styles: Path | None = None, *, with_tables: bool = False) -> Output:
    """The narrative report in 公文 form, in the styles of report.docx or of the unit's own document.

    With tables the other papers follow it as attachments.
    """
    from xlreport.word import write_report

    unit, story = department.report.inputs.unit, department.story

    def write(path: Path) -> None:
        write_report(
            story.paragraphs,
            path,
            style_document=styles or asset("report.docx"),
            title=department.title,
            author=unit.name or "",
            sealed=unit.sealed != NO,
            papers=department.papers if with_tables else (),
        )

    return Output(file_name(department.title, ".docx"), write)


def paper_files(department: Department) -> list[Output]:
    """附件1 in Word, and each other paper as a workbook and in Word, named as bureaus want them.

    All projects are in one 附件4, a sheet or a page for each.
    """
    from xlreport.sheets.paper_sheet import write_papers
    from xlreport.word import write_report

    unit = department.report.inputs.unit
    whose = f"{unit.name or ''}{unit.year}年度" if unit.year else unit.name or ""
    report = word_report(department)
    files = [Output(file_name(f"{unit.attachment or FIRST_PAPER} {department.title}", ".docx"), report.write)]
    author = unit.name or ""
    for (number, what), group in groupby(department.papers, lambda paper: (paper.number, paper.title)):
        papers, title = tuple(group), f"{whose}{what}"
        name = f"{number} {title}"
        workbook = partial(write_papers, papers, title=title, author=author)
        document = partial(
            write_report, (), papers=papers, style_document=asset("report.docx"), title=title, author=author
        )
        files.append(Output(file_name(name, ".xlsx"), workbook))
        files.append(Output(file_name(name, ".docx"), document))
    return files


def pdf_report(word: Output) -> Output:
    """The Word report as LibreOffice prints it."""
    from xlreport.word import to_pdf

    def write(path: Path) -> None:
        with TemporaryDirectory() as folder:
            docx = Path(folder) / word.name
            word.write(docx)
            to_pdf(docx, path)

    return Output(str(Path(word.name).with_suffix(".pdf")), write)


def generated_workbook(department: Department) -> Output:
    """The clean workbook that is handed in."""
    from xlreport.sheets.filing import write_filing

    story, papers = department.story, department.papers

    def write(path: Path) -> None:
        source = department.source
        write_filing(department.report, story, papers, path, sources=department.addresses, source_name=source)

    return Output(file_name(f"{department.title}（报送）", ".xlsx"), write)


def mail_draft(department: Department, to: Sequence[str] = ()) -> Output:
    """The message with both attached. Raises Unusable for an address that is none."""
    from xlreport.mail import compose

    attached = [
        (output.name, output.content())
        for output in (generated_workbook(department), word_report(department))
    ]
    message = compose(department.report, department.title, attached, to)
    return Output(
        file_name(f"{department.title}（报送）", ".eml"), lambda path: _write_bytes(path, bytes(message))
    )


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
