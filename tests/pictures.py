"""The pictures in workbook/pictures: sheets and pages as LibreOffice prints them. `python -m tests.pictures`

The workbook with functions is calculated by them first, through its VBA. The ribbon, which only Excel shows,
is drawn from its declaration.

Needs LibreOffice, poppler-utils and Pillow; tests/fonts.conf stands in for the fonts of a Chinese Windows.
"""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from click.testing import CliRunner
from PIL import Image, ImageChops, ImageDraw, ImageFont

from tests.office import convert
from tests.test_papers import FILLED
from xlreport.assets import FOLDER, MACROS
from xlreport.cli import main
from xlreport.department import papers_of
from xlreport.model.inputs import with_values
from xlreport.report import evaluate
from xlreport.sheets.paper_sheet import write_papers

LIVE, PAPERS = "绩效自评.xlsm", "附件.xlsx"
VERSIONS = {"B": "B.xlsx", "岳阳楼": "岳阳楼.xlsx"}  # of 附件2, besides A
WIDE = 1100  # pixels of the drawn tab
NAMESPACE = "{http://schemas.microsoft.com/office/2009/07/customui}"
# A picture's name → the file it shows, and a text that only its page has.
PICTURES = {
    "master-home": ("绩效自评.xlsx", "填报与检查"),
    "master-accounts": ("绩效自评.xlsx", "纳入专户管理的非税收入拨款"),
    "master-checks": ("绩效自评.xlsx", "编制合计等于各类编制之和"),
    "live-checks": (LIVE, "编制合计等于各类编制之和"),
    "live-template": (LIVE, "标题编号自动生成"),
    "live-self-test": (LIVE, "下列各项应全部为"),
    "report-first-page": ("报告.docx", "附件1"),
    "report-last-page": ("报告.docx", "2024年4月2日"),
    "filing-figures": ("报送.xlsx", "只列已填写的数据"),
    "paper-base": (PAPERS, "基础数据表"),
    "paper-overall": (PAPERS, "部门整体支出绩效自评表"),
    "paper-project": (PAPERS, "项目支出绩效自评表"),
    "paper-base-b": (VERSIONS["B"], "基础数据表"),
    "paper-base-yueyanglou": (VERSIONS["岳阳楼"], "基础数据表"),
}


def make() -> None:
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
    soffice = shutil.which("soffice") or "soffice"
    target = FOLDER / "pictures"
    target.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        CliRunner().invoke(main, ["demo", str(folder)], catch_exceptions=False)
        for path in list(folder.iterdir()):
            kind = "报送" if "报送" in path.stem else "报告" if path.suffix == ".docx" else "绩效自评"
            path.rename(folder / f"{kind}{path.suffix}")
        live = print_live(folder)
        for version, file in (("A", PAPERS), *VERSIONS.items()):
            inputs = with_values(FILLED, settings={"base_table": version})
            write_papers(papers_of(evaluate(inputs)), folder / file, title="附件", author="示例县林业局")
        draw_ribbon(target / "ribbon.png")
        for name, (source, text) in PICTURES.items():
            pdf = live if source == LIVE else convert(soffice, folder / source, "pdf", folder)
            page = page_with(pdf, text)
            subprocess.run(
                [
                    *["pdftoppm", "-r", "80", "-png", "-singlefile", "-f"],
                    str(page),
                    str(pdf),
                    str(target / name),
                ],
                check=True,
            )
            crop(target / f"{name}.png")
            print(target / f"{name}.png")


def print_live(folder: Path) -> Path:
    """The sample year in the workbook with functions, checked by its button, as LibreOffice prints it."""
    from tests.libreoffice.live import opened
    from xlreport.addin.self_test import SHEET
    from xlreport.libreoffice.office import Office, properties

    path, pdf = folder / LIVE, folder / "live.pdf"
    CliRunner().invoke(main, ["new", str(path), "--sample"], catch_exceptions=False)
    with Office() as office, opened(office, path) as live:
        live.click("XrRunChecks")
        live.document.Sheets.getByName(SHEET).IsVisible = True
        live.document.storeToURL(pdf.as_uri(), properties(FilterName="calc_pdf_Export"))
    return pdf


def draw_ribbon(path: Path) -> None:
    """A drawing of the tab as macros/ribbon.xml declares it; icons are Excel's own and stand as empty boxes."""
    found = subprocess.run(
        ["fc-match", "-f", "%{file}|%{index}", "Noto Sans CJK SC"], capture_output=True, check=True, text=True
    ).stdout
    file, _, index = found.partition("|")
    font = ImageFont.truetype(file, 15, index=int(index))
    small = ImageFont.truetype(file, 12, index=int(index))
    picture = Image.new("RGB", (WIDE, 150), "#F3F3F3")
    pen = ImageDraw.Draw(picture)
    tab = next(ElementTree.parse(MACROS / "ribbon.xml").iter(f"{NAMESPACE}tab"))
    pen.rectangle((0, 0, WIDE, 28), fill="#217346")
    pen.rectangle((110, 4, 210, 28), fill="#F3F3F3")
    pen.text((160, 16), tab.attrib["label"], "#217346", font, "mm")
    left = 16
    for group in tab:
        width = 96 * len(group)
        for number, button in enumerate(group):
            middle = left + 96 * number + 48
            pen.rectangle((middle - 16, 40, middle + 16, 72), outline="#7F7F7F")
            pen.text((middle, 92), button.attrib["label"], "#222222", font, "mm")
        pen.text((left + width / 2, 134), group.attrib["label"], "#666666", small, "mm")
        left += width + 8
        pen.line((left, 38, left, 142), fill="#C8C8C8")
        left += 8
    picture.crop((0, 0, left + 8, 150)).quantize(32).save(path, optimize=True)
    print(path)


def page_with(pdf: Path, text: str) -> int:
    """The number of the first page that holds a text."""
    pages = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    wanted = text.replace(" ", "")
    for number, page in enumerate(pages.split("\f"), 1):
        if wanted in "".join(page.split()):
            return number
    raise LookupError(f"no page of {pdf.name} holds {text}")


def crop(path: Path) -> None:
    """Cut the white below and around, and keep the file small."""
    with Image.open(path) as picture:
        grey = picture.convert("L")
        box = ImageChops.invert(grey).getbbox() or (0, 0, *picture.size)
        margin = 24
        area = (
            max(box[0] - margin, 0),
            max(box[1] - margin, 0),
            min(box[2] + margin, picture.width),
            min(box[3] + margin, picture.height),
        )
        picture.crop(area).quantize(64).save(path, optimize=True)


if __name__ == "__main__":
    make()
