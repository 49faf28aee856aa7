"""The pictures in workbook/pictures: sheets and pages as LibreOffice prints them. `python -m tests.pictures`

Needs LibreOffice, poppler-utils and Pillow; tests/fonts.conf stands in for the fonts of a Chinese Windows.
"""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner
from PIL import Image, ImageChops

from tests.office import convert
from xlreport.assets import FOLDER
from xlreport.cli import main

# A picture's name → the file it shows, and a text that only its page has.
PICTURES = {
    "master-home": ("绩效自评.xlsx", "填报与检查"),
    "master-accounts": ("绩效自评.xlsx", "纳入专户管理的非税收入拨款"),
    "master-checks": ("绩效自评.xlsx", "编制合计等于各类编制之和"),
    "report-first-page": ("报告.docx", "附件1"),
    "report-last-page": ("报告.docx", "2024年4月2日"),
    "filing-figures": ("报送.xlsx", "只列已填写的数据"),
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
        for name, (source, text) in PICTURES.items():
            pdf = convert(soffice, folder / source, "pdf", folder)
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
