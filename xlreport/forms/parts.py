"""The package of a workbook, changed in single cells: every other byte of its sheets stays as it is.

openpyxl would write the whole workbook anew and leave out what it does not know: shapes, charts, pictures,
form controls, printer settings, the formatting inside a text, the rules and validations that newer Excels keep
in extensions, and the value beside every formula. So it only reads (in sheets/forms), and this writes.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from xlreport.errors import Unusable
from xlreport.forms.sheet_xml import SheetXml, Writing, without_results
from xlreport.forms.spans import Edit, Element, edited, elements, prefix_of, with_attribute
from xlreport.model.numbers import plain
from xlreport.sheets.package import Package
from xlreport.sheets.plain import escape

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BOOK = "xl/workbook.xml"
# What belongs to one sheet alone, so that a copy of the sheet could not share it.
_SHAREABLE = frozenset({"printerSettings", "hyperlink", "image"})
_PERCENT = "10"  # the number format 0.00%


@dataclass
class Book:
    """The parts of a workbook, and what is to be changed in them."""

    name: str
    parts: dict[str, bytes]
    _written: dict[str, list[Writing]] = field(default_factory=dict)

    @classmethod
    def open(cls, data: bytes, name: str) -> "Book":
        """Unpack the bytes of a workbook that the guard has passed.

        Raises Unusable for what is no sound package, or is signed.
        """
        package = Package(data, name)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as listed:
                entries = [entry.filename.replace("\\", "/") for entry in listed.infolist()]
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Unusable(f"{name}：压缩包结构异常；请用 Excel 打开后另存为 .xlsx 再试。") from error
        book = cls(name, {path: package.read(path) for path in entries if not path.endswith("/")})
        if any(path.lower().startswith("_xmlsignatures/") for path in book.parts):
            raise Unusable(f"{name}：文件带有数字签名，填写后签名会失效；请在 Excel 中删除签名并保存后再试。")
        if not book.sheets:
            raise Unusable(f"{name}：工作簿的存放方式无法识别，请用 Excel 打开后另存为 .xlsx 再试。")
        return book

    def copy(self) -> "Book":
        """The same workbook once more, with what is to be changed so far."""
        return Book(self.name, dict(self.parts), {tab: list(each) for tab, each in self._written.items()})

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The path of each worksheet by its tab, in the order of the tabs."""
        targets = self._targets()
        found: dict[str, str] = {}

        def sheet(each: Element) -> None:
            path = targets.get(each.attributes.get(f"{_RELATIONS} id", ""), "")
            if path in self.parts:
                found[each.attributes["name"]] = path

        elements(
            self.parts[self._book],
            lambda path: path[1:] == ("sheets", "sheet"),
            sheet,
            self._where(self._book),
        )
        return found

    def xml(self, tab: str) -> SheetXml:
        """The part of a worksheet, its first rows indexed."""
        path = self.sheets[tab]
        return SheetXml.of(self.parts[path], f"{self.name}：工作表「{tab}」")

    def lean(self) -> bytes:
        """A workbook with the beginnings of the sheets and what shows how their cells look, to be read."""
        kept = ("styles.xml", "sharedstrings.xml", "theme1.xml", "workbook.xml", "workbook.xml.rels")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            for path, content in self.parts.items():
                if path in ("[Content_Types].xml", "_rels/.rels") or path.lower().endswith(kept):
                    package.writestr(path, content)
            for tab, path in self.sheets.items():
                package.writestr(path, self.xml(tab).lean())
        return stream.getvalue()

    def write(
        self,
        tab: str,
        row: int,
        column: int,
        content: Decimal | str,
        *,
        percent: bool = False,
        height: float = 0,
    ) -> None:
        """Put a number or a text into a cell (row and column from 0), which keeps its style.

        With `percent` its number format becomes 0.00%, as when one types 5% into a cell without format. The
        row becomes as high as the `height` (points), where nobody has set it.
        """
        text = plain(content) if isinstance(content, Decimal) else content
        writing = Writing(row, column, text, isinstance(content, Decimal), percent, height)
        self._written.setdefault(tab, []).append(writing)

    def copy_sheet(self, tab: str, title: str) -> bool:
        """Append a copy of a worksheet as it is in the file; False where a part of it could not be shared."""
        path = self.sheets[tab]
        relations = _relations_path(path)
        part = self.parts[path]
        if not self._copyable(tab, part, relations):
            return False
        number = 1 + max(
            (int(found[1]) for each in self.parts if (found := re.search(r"/sheet(\d+)\.xml$", each))),
            default=0,
        )
        new = f"xl/worksheets/sheet{number}.xml"
        self.parts[new] = SheetXml.of(part, self._where(path)).deselected()
        if relations in self.parts:
            self.parts[_relations_path(new)] = self.parts[relations]
        self._declare(new)
        self._list(tab, title, self._relate(new))
        self.sheets[title] = new
        return True

    def finish(self) -> bytes:
        """The bytes of the workbook with everything written; its formulas are calculated when it is opened."""
        for tab, written in self._written.items():
            sheet = self.xml(tab)
            restyled = {
                each: self._percent_style(sheet.style_at(each.row, each.column))
                for each in written
                if each.percent
            }
            self.parts[self.sheets[tab]] = sheet.written(written, restyled)
        self._written.clear()
        calculating = False
        for tab, path in self.sheets.items():
            forgotten = without_results(self.parts[path], f"{self.name}：工作表「{tab}」")
            calculating = calculating or forgotten is not None
            self.parts[path] = forgotten or self.parts[path]
        if calculating:
            self._calculate_on_opening()
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
            for path, content in self.parts.items():
                package.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
        return stream.getvalue()

    # -------------------------------------------------------------------------- styles

    def _percent_style(self, style: int) -> int:
        """The index of the style that is like another but shows a number as a percentage."""
        path = next(path for path in self.parts if path.lower() == "xl/styles.xml")
        part = self.parts[path]
        formats: list[Element] = []
        whole: list[Element] = []

        def found(each: Element) -> None:
            (whole if len(each.path) == 2 else formats).append(each)

        elements(part, lambda path: path[1:] in (("cellXfs",), ("cellXfs", "xf")), found, self._where(path))
        own = formats[style]
        tag = with_attribute(part[own.start : own.opened], "numFmtId", _PERCENT)
        like = with_attribute(tag, "applyNumberFormat", "1") + part[own.opened : own.end]
        for at, each in enumerate(formats):
            if part[each.start : each.end] == like:
                return at
        head = with_attribute(part[whole[0].start : whole[0].opened], "count", str(len(formats) + 1))
        last = formats[-1].end
        edits = [Edit(whole[0].start, whole[0].opened, head), Edit(last, last, like)]
        self.parts[path] = edited(part, edits)
        return len(formats)

    # -------------------------------------------------------------------------- the workbook part

    def _calculate_on_opening(self) -> None:
        part = self.parts[self._book]
        found: dict[str, Element] = {}
        before = ("sheets", "functionGroups", "externalReferences", "definedNames", "calcPr")

        def remember(each: Element) -> None:
            found[each.path[1]] = each

        elements(part, lambda path: len(path) == 2 and path[1] in before, remember, self._where(self._book))
        if old := found.get("calcPr"):
            tag = with_attribute(part[old.start : old.opened], "fullCalcOnLoad", "1")
            edit = Edit(old.start, old.opened, tag)
        else:
            last = max(each.end for each in found.values())
            prefix = prefix_of(part[found["sheets"].start : found["sheets"].opened]).decode()
            edit = Edit(last, last, f'<{prefix}calcPr fullCalcOnLoad="1"/>'.encode())
        self.parts[self._book] = edited(part, [edit])

    def _list(self, tab: str, title: str, identity: str) -> None:
        """A new sheet at the end of the tabs, with the names that belong to the sheet it was copied from."""
        part = self.parts[self._book]
        tabs: list[Element] = []
        names: list[Element] = []

        def found(each: Element) -> None:
            (tabs if each.path[1] == "sheets" else names).append(each)

        wanted = (("sheets", "sheet"), ("definedNames", "definedName"))
        elements(part, lambda path: path[1:] in wanted, found, self._where(self._book))
        own = next(at for at, each in enumerate(tabs) if each.attributes["name"] == tab)
        number = 1 + max(int(each.attributes["sheetId"]) for each in tabs)
        tag = part[tabs[own].start : tabs[own].opened]
        prefix = prefix_of(tag).decode()
        relation = re.search(rb"([\w.-]+):id\s*=", tag)
        assert relation
        # The prefix is declared once more: openpyxl declares it on each sheet, not on the workbook.
        own_prefix = relation[1].decode()
        line = (
            f'<{prefix}sheet xmlns:{own_prefix}="{_RELATIONS}" name="{escape(title)}" sheetId="{number}"'
            f' {own_prefix}:id="{identity}"/>'
        )
        edits = [Edit(tabs[-1].end, tabs[-1].end, line.encode())]
        for each in names:
            if each.attributes.get("localSheetId") == str(own):
                opening = with_attribute(part[each.start : each.opened], "localSheetId", str(len(tabs)))
                body = part[each.opened : each.end].decode()
                edits.append(
                    Edit(names[-1].end, names[-1].end, opening + _renamed(body, tab, title).encode())
                )
        self.parts[self._book] = edited(part, edits)

    def _relate(self, path: str) -> str:
        relations = self._path_of(_relations_path(_BOOK))
        part = self.parts[relations]
        taken = set(re.findall(rb"\bId\s*=\s*[\"']([^\"']*)", part))
        identity = next(name for at in range(1, 100_000) if (name := f"rIdForm{at}").encode() not in taken)
        line = f'<Relationship Id="{identity}" Type="{_RELATIONS}/worksheet" Target="/{path}"/>'
        self.parts[relations] = _inside_root(part, line)
        return identity

    def _declare(self, path: str) -> None:
        kinds = self._path_of("[Content_Types].xml")
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
        self.parts[kinds] = _inside_root(
            self.parts[kinds], f'<Override PartName="/{path}" ContentType="{kind}"/>'
        )

    def _copyable(self, tab: str, part: bytes, relations: str) -> bool:
        """Whether nothing in a sheet belongs to it alone or calls it by its name."""
        kinds = re.findall(rb"\bType\s*=\s*[\"'][^\"']*/([^\"'/]+)", self.parts.get(relations, b""))
        own_name = re.compile(re.escape(escape(tab).encode()) + rb"(?:'|&apos;)?!")
        locked = re.search(rb"\blockStructure\s*=\s*[\"'](?:1|true)", self.parts[self._book])
        return {kind.decode() for kind in kinds} <= _SHAREABLE and not own_name.search(part) and not locked

    # -------------------------------------------------------------------------- paths

    @cached_property
    def _book(self) -> str:
        return self._path_of(_BOOK)

    def _targets(self) -> Mapping[str, str]:
        """The parts that the workbook refers to, by the ids of its relationships."""
        found: dict[str, str] = {}

        def relation(each: Element) -> None:
            target = each.attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else f"xl/{target}"
            known = [own for own in self.parts if own.lower() == path.lower()]
            if known and each.attributes.get("Type", "").endswith("/worksheet"):
                found[each.attributes["Id"]] = known[0]

        relations = self._path_of(_relations_path(_BOOK))
        elements(self.parts[relations], lambda path: len(path) == 2, relation, self._where(relations))
        return found

    def _path_of(self, path: str) -> str:
        """How the package itself spells a path. Raises Unusable when the part is missing."""
        found = next((own for own in self.parts if own.lower() == path.lower()), None)
        if found is None:
            raise Unusable(f"{self.name}：缺少 {path}，文件已损坏；请用 Excel 打开并修复后另存再试。")
        return found

    def _where(self, path: str) -> str:
        return f"{self.name}：{path}"


def _relations_path(path: str) -> str:
    folder, _, base = path.rpartition("/")
    return f"{folder}/_rels/{base}.rels"


def _inside_root(part: bytes, line: str) -> bytes:
    """A part with one more element before the end of its root."""
    at = part.rindex(b"</")
    end = part[at:]
    prefix = prefix_of(b"<" + end[2:]).decode()
    return part[:at] + line.replace("<", f"<{prefix}", 1).encode() + end


def _renamed(references: str, tab: str, title: str) -> str:
    """References to one sheet made references to another.

    >>> _renamed("'附件4'!$A$1,附件4!$B$2", "附件4", "附件4-2")
    "'附件4-2'!$A$1,'附件4-2'!$B$2"
    """
    own = re.escape(escape(tab).replace("'", "''"))
    quoted = "'" + escape(title).replace("'", "''") + "'!"
    return re.sub(rf"'{own}'!|(?<![\w'.]){own}!", lambda _: quoted, references)
