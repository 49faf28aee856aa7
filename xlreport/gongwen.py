"""Build workbook/report.docx: the page, fonts and paragraph styles of GB/T 9704-2012, without any text.

Only a maintainer runs this. Departments edit the resulting document in Word, and `word` takes every
measure that it needs from there.
"""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.package import Package
from docx.shared import Length, Mm, Pt

from xlreport.narrative import Style
from xlreport.word import name_in_file

# 5.1 (A4) and 5.2.1 (天头, 订口, 版心); the other two margins follow.
PAGE_WIDTH, PAGE_HEIGHT = Mm(210), Mm(297)
TOP, LEFT = Mm(37), Mm(28)
TYPE_AREA_WIDTH, TYPE_AREA_HEIGHT = Mm(156), Mm(225)
RIGHT = Length(PAGE_WIDTH - LEFT - TYPE_AREA_WIDTH)
BOTTOM = Length(PAGE_HEIGHT - TOP - TYPE_AREA_HEIGHT)
# 5.2.2: 3号 unless said otherwise. 7.3.1: the title is 2号. 7.5: page numbers are 4号.
SIZE_2, SIZE_3, SIZE_4 = Pt(22), Pt(16), Pt(14)
# 5.2.3; "撑满版心".
LINES, CHARACTERS = 22, 28
# 7.3.3: first-line indent, in characters.
INDENT = 2
# 7.5: from the lower edge of the 版心 to the dashes beside the number.
NUMBER_BELOW = Mm(7)

# Rounded down: a pitch of 580 twips leaves room for 21 lines only, and likewise for characters.
LINE_PITCH = TYPE_AREA_HEIGHT.twips // LINES
CHARACTER_SPACE = int((TYPE_AREA_WIDTH.pt / CHARACTERS - SIZE_3.pt) * 4096 // 1)
CHARACTER = TYPE_AREA_WIDTH.twips / CHARACTERS
# Word shows this grid in its page set-up, but 16 pt characters are wider than its columns, where programs
# differ: LibreOffice gives each of them two. So the body text leaves the grid and has its measures from
# itself: a fixed line height, and characters condensed to just under a column of whole twips.
CONDENSED = int(SIZE_3.pt * 20) - int(CHARACTER) + 1
# Word measures to the foot of the number's line, the standard to its dashes, which are half-way up.
FOOTER = Length(BOTTOM - NUMBER_BELOW - SIZE_4 // 2)
# 7.5: odd pages and even pages, in Word's words.
NUMBER_SIDES = {"default": "right", "even": "left"}

FANG_SONG, KAI, HEI = "仿宋_GB2312", "楷体_GB2312", "黑体"
XIAO_BIAO_SONG, SONG = "方正小标宋简体", "宋体"
# What Word takes where a font is missing, best first.
INSTEAD = {
    FANG_SONG: "仿宋,FangSong,华文仿宋",
    KAI: "楷体,KaiTi,华文楷体",
    HEI: "SimHei,华文黑体",
    # 华文中宋 comes with Office and is as heavy; plain 宋体 comes with Windows.
    XIAO_BIAO_SONG: "方正小标宋_GBK,华文中宋,STZhongsong,宋体,SimSun",
    SONG: "SimSun,华文宋体",
}


@dataclass(frozen=True)
class Look:
    """What a paragraph style may change; `before` and `after` count blank lines, `left` and `right` characters.

    A negative `indent` lets the lines after the first one stand further in.
    """

    font: str = FANG_SONG
    size: Length = SIZE_3
    align: str = "both"
    indent: int = INDENT
    left: int = 0
    right: int = 0
    before: int = 0
    after: int = 0
    keep_next: bool = False
    outline: int | None = None
    next: Style = Style.BODY


LOOKS = {
    Style.BODY: Look(),
    # 7.3.7: the mark on line 1 of its page, the title on line 3.
    Style.ATTACHMENT: Look(HEI, align="left", indent=0, after=1, keep_next=True, next=Style.TITLE),
    # 7.3.1; the blank line below is 7.3.2's.
    Style.TITLE: Look(XIAO_BIAO_SONG, SIZE_2, align="center", indent=0, after=1, keep_next=True),
    # 7.3.3: the fonts of the four levels.
    Style.LEVEL_1: Look(HEI, keep_next=True, outline=0),
    Style.LEVEL_2: Look(KAI, keep_next=True, outline=1),
    Style.LEVEL_3: Look(keep_next=True, outline=2),
    # Runs on into its text, which neither belongs in the navigation pane nor heads the next paragraph.
    Style.LEVEL_4: Look(),
    # 7.3.5.1; where the name goes depends on both texts, so `word` has the last word.
    Style.SIGNATURE: Look(align="right", indent=0, right=4, before=1, keep_next=True, next=Style.DATE),
    Style.DATE: Look(align="right", indent=0, right=4),
    # No matter of the standard: the cover sheet that some bureaus hand out.
    Style.COVER_TITLE: Look(XIAO_BIAO_SONG, SIZE_2, align="center", indent=0, before=2, after=2),
    # Label and value, the values all as far in as that of the longest label, 部门（单位）名称：.
    Style.COVER: Look(align="left", indent=-9, left=12, before=1, next=Style.COVER),
}

# Any fixed moment will do; on this day the standard came into force.
BUILT = datetime(2012, 7, 1)

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# As Word for Chinese has them. They give a digit half the width of a character, and keep a justified line
# that ends in a line break from being stretched.
COMPATIBILITY = (
    "<w:spaceForUL/><w:balanceSingleByteDoubleByteWidth/><w:doNotLeaveBackslashAlone/><w:ulTrailSpace/>"
    "<w:doNotExpandShiftReturn/><w:adjustLineHeightInTable/><w:useFELayout/>"
)
NEVER_LAST = "$([{£¥·‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥"
# With "%", which keeps a figure and its sign together.
NEVER_FIRST = (
    "!%),.:;>?]}¢¨°·ˇˉ―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠"
)


def build_style_document(path: Path) -> None:
    """Write the style document; the same source gives the same bytes on every machine."""
    package = Package()
    document = _part("document.xml", CONTENT_TYPE.WML_DOCUMENT_MAIN, _document(), package)
    package.relate_to(document, RELATIONSHIP_TYPE.OFFICE_DOCUMENT)
    for name, content_type, relation, xml in (
        ("styles.xml", CONTENT_TYPE.WML_STYLES, RELATIONSHIP_TYPE.STYLES, _styles()),
        ("settings.xml", CONTENT_TYPE.WML_SETTINGS, RELATIONSHIP_TYPE.SETTINGS, _settings()),
        ("fontTable.xml", CONTENT_TYPE.WML_FONT_TABLE, RELATIONSHIP_TYPE.FONT_TABLE, _font_table()),
    ):
        document.relate_to(_part(name, content_type, xml, package), relation)
    for pages, side in NUMBER_SIDES.items():
        footer = _part(f"footer-{pages}.xml", CONTENT_TYPE.WML_FOOTER, _footer(side), package)
        document.load_rel(RELATIONSHIP_TYPE.FOOTER, footer, pages)
    properties = package.core_properties
    properties.title = properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = BUILT
    properties.language = "zh-CN"
    _save(package, path)


def _part(name: str, content_type: str, xml: str, package: Package) -> Part:
    text = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'
    return Part(PackURI(f"/word/{name}"), content_type, text.encode(), package)


def _save(package: Package, path: Path) -> None:
    """Save without the clock, and uncompressed because zlib's output differs between its versions."""
    saved = io.BytesIO()
    package.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, BUILT.timetuple()[:6])
            entry.create_system = 0  # by default it names the operating system
            target.writestr(entry, source.read(name))


def _document() -> str:
    footers = "".join(f'<w:footerReference w:type="{pages}" r:id="{pages}"/>' for pages in NUMBER_SIDES)
    return (
        f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body><w:sectPr>{footers}'
        f'<w:pgSz w:w="{PAGE_WIDTH.twips}" w:h="{PAGE_HEIGHT.twips}"/>'
        f'<w:pgMar w:top="{TOP.twips}" w:right="{RIGHT.twips}" w:bottom="{BOTTOM.twips}"'
        f' w:left="{LEFT.twips}" w:header="{FOOTER.twips}" w:footer="{FOOTER.twips}" w:gutter="0"/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE_PITCH}" w:charSpace="{CHARACTER_SPACE}"/>'
        "</w:sectPr></w:body></w:document>"
    )


def _footer(side: str) -> str:
    """— 1 —, one of its own characters away from the edge."""
    dash = '<w:r><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{}</w:t></w:r>'
    number = '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    return (
        f'<w:ftr xmlns:w="{W}"><w:p><w:pPr><w:pStyle w:val="Footer"/>'
        f'<w:ind w:{side}="{SIZE_4.twips}" w:{side}Chars="100"/><w:jc w:val="{side}"/></w:pPr>'
        f"{dash.format('— ')}{number}{dash.format(' —')}</w:p></w:ftr>"
    )


def _styles() -> str:
    own = "".join(_style(style, look) for style, look in LOOKS.items())
    return (
        f'<w:styles xmlns:w="{W}"><w:docDefaults>'
        # Figures are Latin text, which a Chinese line may break anywhere and an English one only in gaps.
        '<w:rPrDefault><w:rPr><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>'
        "</w:docDefaults>"
        # Leaves our styles alone in the gallery.
        '<w:latentStyles w:defLockedState="0" w:defUIPriority="99" w:defSemiHidden="1"'
        ' w:defUnhideWhenUsed="1" w:defQFormat="0" w:count="376"/>'
        f"{own}"
        '<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:pPr>'
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="{SIZE_4.twips}" w:lineRule="exact"/>'
        # Said although it is based on nothing: LibreOffice bases every footer on the body.
        '<w:ind w:firstLine="0" w:firstLineChars="0"/></w:pPr>'
        f'<w:rPr>{_font(SONG)}<w:snapToGrid w:val="0"/><w:spacing w:val="0"/>{_size(SIZE_4)}</w:rPr>'
        "</w:style>"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="108" w:type="dxa"/>'
        '<w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>'
        "</w:styles>"
    )


def _style(style: Style, look: Look) -> str:
    body = style is Style.BODY
    kind = ' w:default="1"' if body else ""
    if name_in_file(style) == style:
        kind += ' w:customStyle="1"'
    based_on = "" if body else f'<w:basedOn w:val="{_id(Style.BODY)}"/>'
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{_id(style)}"><w:name w:val="{name_in_file(style)}"/>'
        f'{based_on}<w:next w:val="{_id(look.next)}"/><w:uiPriority w:val="{list(Style).index(style)}"/>'
        f"<w:qFormat/><w:pPr>{''.join(_paragraph_properties(look))}</w:pPr>"
        f"<w:rPr>{''.join(_run_properties(look))}</w:rPr></w:style>"
    )


def _id(style: Style) -> str:
    return style.name.title().replace("_", "")


def _paragraph_properties(look: Look) -> list[str]:
    """What differs from the body, in the order that the schema wants."""
    body = LOOKS[Style.BODY]
    xml = []
    if look.keep_next:
        xml.append("<w:keepNext/>")
    if look is body:
        # A line alone on a page is no fault in a 公文, a page of 21 lines is one. Nor is there a quarter
        # space between characters and digits, which would push the text off its columns.
        xml.append('<w:widowControl w:val="0"/><w:kinsoku/><w:wordWrap/>')
        xml.append('<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/><w:snapToGrid w:val="0"/>')
        xml.append(f'<w:spacing w:line="{LINE_PITCH}" w:lineRule="exact"/>')
    if look.right:
        # Else Word rounds the right edge to whole columns, and a centred name needs half ones.
        xml.append('<w:adjustRightInd w:val="0"/>')
    if look.before or look.after:
        # In lines for Word, in twips for programs that do not count in lines.
        xml.append(
            f'<w:spacing w:before="{look.before * LINE_PITCH}" w:beforeLines="{look.before * 100}"'
            f' w:after="{look.after * LINE_PITCH}" w:afterLines="{look.after * 100}"/>'
        )
    if look is body or (look.indent, look.left, look.right) != (body.indent, body.left, body.right):
        first = "hanging" if look.indent < 0 else "firstLine"
        xml.append(
            f"<w:ind{_characters('left', look.left) if look.left else ''}{_characters('right', look.right)}"
            f"{_characters(first, abs(look.indent))}/>"
        )
    if look is body or look.align != body.align:
        xml.append(f'<w:jc w:val="{look.align}"/>')
    if look.outline is not None:
        xml.append(f'<w:outlineLvl w:val="{look.outline}"/>')
    return xml


def _characters(name: str, count: int) -> str:
    """A measure of whole characters: in twips, and in characters for Word."""
    return f' w:{name}="{round(count * CHARACTER)}" w:{name}Chars="{count * 100}"'


def _run_properties(look: Look) -> list[str]:
    """What differs from the body."""
    body = LOOKS[Style.BODY]
    xml = []
    if look is body or look.font != body.font:
        xml.append(_font(look.font))
    if look is body:
        xml.append(f'<w:snapToGrid w:val="0"/><w:spacing w:val="{-CONDENSED}"/>')
    if look is body or look.size != body.size:
        xml.append(_size(look.size))
    return xml


def _font(name: str) -> str:
    """One font for all scripts: 5.2.2 excepts no digits, 仿宋 digits are half a character wide, and
    Word takes the font of Latin text for “ ” and —, which in Times New Roman come out narrow."""
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def _size(size: Length) -> str:
    half_points = round(size.pt * 2)
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _settings() -> str:
    return (
        f'<w:settings xmlns:w="{W}"><w:zoom w:percent="100"/>'
        f'<w:defaultTabStop w:val="{round(INDENT * CHARACTER)}"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="doNotCompress"/>'
        f'<w:noLineBreaksAfter w:lang="zh-CN" w:val="{NEVER_LAST}"/>'
        f'<w:noLineBreaksBefore w:lang="zh-CN" w:val="{NEVER_FIRST.replace(">", "&gt;")}"/>'
        f"<w:compat>{COMPATIBILITY}"
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
        ' w:val="15"/></w:compat></w:settings>'
    )


def _font_table() -> str:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{instead}"/><w:charset w:val="86"/></w:font>'
        for name, instead in INSTEAD.items()
    )
    return f'<w:fonts xmlns:w="{W}">{fonts}</w:fonts>'
