"""The mail draft, parsed back by the standard library."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from xlreport import mail
from xlreport.checks.rule import Level
from xlreport.datafile import read_outline, read_sample
from xlreport.department import Department, mail_draft, open_department
from xlreport.errors import Unusable
from xlreport.model.inputs import Explanation, Inputs, empty, with_values
from xlreport.report import Report, evaluate
from xlreport.sheets.master import build_master
from xlreport.sheets.reader import read_workbook

TITLE = "衡东县科技和工业信息化局2023年度部门整体支出绩效自评报告"
ATTACHMENTS = [
    (f"{TITLE}（报送）.xlsx", b"PK\x03\x04" + bytes(range(256)) * 40),
    (f"{TITLE}.docx", b"\r\n.\r\n"),
]
HEADERS = {"Subject", "X-Unsent", "MIME-Version", "Content-Type"}


def sent(
    inputs: Inputs | None = None,
    title: str = TITLE,
    attachments: list[tuple[str, bytes]] = ATTACHMENTS,
    to: tuple[str, ...] = (),
) -> bytes:
    return bytes(mail.compose(evaluate(inputs or read_sample()), title, attachments, to))


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert message.defects == []
    assert [part.defects for part in message.walk() if part.defects] == []
    return message


def text_of(data: bytes) -> str:
    body = parsed(data).get_body()
    assert body
    content = body.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def files_of(message: EmailMessage) -> list[tuple[str | None, bytes]]:
    return [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]


def valid_lines(data: bytes) -> None:
    """Lines as SMTP takes them: ended by CR LF, not too long, and plain ASCII outside the body."""
    lines = data.split(b"\r\n")
    assert not any(b"\r" in line or b"\n" in line for line in lines)
    assert max(map(len, lines)) <= 998
    head = data[: data.index(b"\r\n\r\n")]
    assert head.isascii()
    assert b"\x00" not in data


def test_it_opens_as_a_draft() -> None:
    message = parsed(sent())
    assert message["X-Unsent"] == "1"
    assert set(message.keys()) == HEADERS  # no sender, no date: the mail program fills them in
    assert message.get_content_type() == "multipart/mixed"


def test_the_chinese_subject_decodes() -> None:
    data = sent()
    assert parsed(data)["Subject"] == f"{TITLE}（报送）"
    valid_lines(data)


def test_the_attachments_come_back_with_their_names_and_bytes() -> None:
    data = sent()
    message = parsed(data)
    assert files_of(message) == ATTACHMENTS
    assert [part.get_content_type().rpartition(".")[2] for part in message.iter_attachments()] == [
        "sheet",
        "document",
    ]
    # RFC 2231, which mail programs agree on for names that are not ASCII.
    assert len(re.findall(rb"filename\*(?:0\*)?=utf-8''%E8%A1%A1", data)) == 2


def test_the_body_sums_up_the_year() -> None:
    report = evaluate(read_sample())
    lines = text_of(sent()).splitlines()
    assert lines[:2] == ["单位：衡东县科技和工业信息化局", "年度：2023年度"]
    rates = lines[lines.index("主要指标：") + 1 : lines.index("", 4)]
    assert "　　预算执行率：100%" in rates
    assert "　　完成年初预算：741.18%" in rates
    assert not any("政府采购执行率" in line for line in rates), "there is no procurement budget"
    counts = next(line for line in lines if line.startswith("勾稽关系检查："))
    assert (
        counts == "勾稽关系检查：" + "，".join(f"{level} {report.count(level)} 条" for level in Level) + "。"
    )
    assert report.count(Level.HARD) > 0
    start = lines.index("尚待处理的问题：") + 1
    found = lines[start : start + len(report.open_findings)]
    assert found == [f"　　［{f.rule} {f.level}］{f.message}" for f in report.open_findings]
    assert all("提示" not in line[:12] for line in found)
    assert lines[lines.index("附件：") + 1 :] == [
        f"　　1．{ATTACHMENTS[0][0]}",
        f"　　2．{ATTACHMENTS[1][0]}",
    ]


def test_what_is_explained_is_not_open() -> None:
    inputs = read_sample()
    explained = with_values(inputs, explanations=(Explanation(rule="P02", text="由卫健部门统一采购"),))
    assert "［P02 需说明］" in text_of(sent(inputs))
    text = text_of(sent(explained))
    assert "P02" not in text
    before, after = (evaluate(each).count(Level.EXPLAIN) for each in (inputs, explained))
    assert f"需说明 {after} 条" in text
    assert after < before


def test_an_empty_record_can_be_sent() -> None:
    text = text_of(sent(empty(), "部门整体支出绩效自评报告", []))
    assert text.startswith("单位：（未填）\n年度：（未填）\n\n主要指标：\n　　（无）\n")
    assert "［M01 硬性］" in text


HOSTILE = [
    "甲\r\nBcc: evil@example.com\r\n\r\n<html>",
    "甲\nCc: evil@example.com",
    "甲\rBcc: evil@example.com",
    "甲\r\n\r\n正文",
    "甲\x00\x0b\x0c\x1b\x85\u2028\u2029Bcc: evil@example.com",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?=",
    '甲"; filename="evil.exe',
    "甲\\\"'<>,;:@[]()",
    "甲\u202egnp.exe\u200f\u2066",
    "某局😀👨‍👩‍👧𠮷",
    "长" * 5000,
    "a" * 5000,
    "a " * 2500,
    "Bcc: evil@example.com",
    "%0d%0aBcc: evil@example.com",
]


@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name)[:40] for name in HOSTILE])
def test_no_name_of_a_unit_makes_a_header(name: str) -> None:
    inputs = with_values(read_sample(), unit={"name": name})
    data = sent(
        inputs, f"{name}2023年度报告", [(f"{name}报告.xlsx", b"1"), (f"{name}.docx", b"2")], ("a@b.cn",)
    )
    message = parsed(data)
    assert sorted(message.keys()) == sorted(HEADERS | {"To"})
    assert message["To"] == "a@b.cn"
    assert [content for _, content in files_of(message)] == [b"1", b"2"]
    assert set(message.get_body().keys()) <= {"Content-Type", "Content-Transfer-Encoding"}  # type: ignore[union-attr]
    for part in message.iter_attachments():
        assert set(part.keys()) <= HEADERS | {"Content-Transfer-Encoding", "Content-Disposition"}
        shown = part.get_filename() or ""
        assert shown.isprintable()
        assert Path(shown).suffix in (".xlsx", ".docx")
    subject = message["Subject"]
    assert subject.isprintable()
    assert len(subject) <= mail.LONGEST_SUBJECT
    visible = [c for c in name if c.isprintable() and c != " "]
    if visible and not name.startswith("=?"):
        assert subject.startswith(visible[0])
    valid_lines(data)


def test_a_heading_that_is_encoded_already_is_taken_as_text() -> None:
    word = "=?utf-8?b?5rC05Yip5bGA?="
    assert "水利局" not in str(parsed(sent(title=word))["Subject"])
    assert "5rC05Yip5bGA" in str(parsed(sent(title=word))["Subject"])


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("a@example.com", "a@example.com"),
        (" a@example.com ", "a@example.com"),
        ("<a@example.com>", "a@example.com"),
        ("财政局 <cz.ju+1@example.com.cn>", "财政局 <cz.ju+1@example.com.cn>"),
        ("Li, Ming <li@example.com>", '"Li, Ming" <li@example.com>'),
        ("a@mail", "a@mail"),
    ],
)
def test_a_recipient_is_written(to: str, shown: str) -> None:
    data = sent(to=(to,))
    assert [str(address) for address in parsed(data)["To"].addresses] == [shown]
    valid_lines(data)


def test_several_recipients_stand_in_one_header() -> None:
    addresses = tuple(f"user{number}@example.com" for number in range(60))
    data = sent(to=addresses)
    assert [str(address) for address in parsed(data)["To"].addresses] == list(addresses)
    valid_lines(data)


@pytest.mark.parametrize(
    "to",
    [
        "",
        " ",
        "财政局",
        "@example.com",
        "a@",
        "a b@example.com",
        "a@b@example.com",
        "a@example.com, b@example.com",
        "a@example.com; b@example.com",
        "a@example.com\r\nBcc: evil@example.com",
        "a\n <a@example.com>",
        "财政局 <a@example.com",
        "财政局 a@example.com>",
        "财\x07政局 <a@example.com>",
        "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5jb20=?= <a@example.com>",
        "<<a@example.com>>",
        "a@exa mple.com",
        "a..b@example.com",
        "a@example..com",
        ".a@example.com",
        "a@-",
        "a\x00@example.com",
        '"a@example.com',
        "a" * 1000 + "@example.com",
        "张三@example.com",
        "a@例子.中国",
    ],
    ids=ascii,
)
def test_a_wrong_address_is_refused_in_one_sentence(to: str) -> None:
    with pytest.raises(Unusable) as refusal:
        sent(to=(to,))
    sentence = str(refusal.value)
    assert re.fullmatch(r"“.*”不是有效的邮件地址，请写成 name@example\.com。", sentence)
    assert len(sentence) < 200


# ------------------------------------------------------------------------------ of a workbook


def year() -> Inputs:
    return with_values(read_sample(), template=read_outline("A"))


@pytest.fixture
def department(tmp_path: Path) -> Department:
    build_master(evaluate(year()), tmp_path / "自评.xlsx")
    return open_department(tmp_path / "自评.xlsx")


def test_a_workbook_is_sent_with_both_papers(department: Department, tmp_path: Path) -> None:
    draft = mail_draft(department, ["cz@example.com"])
    assert draft.name == f"{TITLE}（报送）.eml"
    draft.write(tmp_path / "a.eml")
    data = (tmp_path / "a.eml").read_bytes()
    assert data == draft.content()
    valid_lines(data)
    message = parsed(data)
    assert set(message.keys()) == HEADERS | {"To"}
    files = dict(files_of(message))
    assert set(files) == {f"{TITLE}（报送）.xlsx", f"{TITLE}.docx"}
    for name, content in files.items():
        assert content.startswith(b"PK"), name


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.strip() and "\x00" not in name], ids=ascii)
def test_a_workbook_of_any_unit_is_sent(name: str, tmp_path: Path) -> None:
    report: Report = evaluate(with_values(year(), unit={"name": name}))
    build_master(report, tmp_path / "自评.xlsx")
    assert read_workbook(tmp_path / "自评.xlsx").inputs.unit.name
    data = mail_draft(open_department(tmp_path / "自评.xlsx")).content()
    valid_lines(data)
    message = parsed(data)
    assert set(message.keys()) == HEADERS
    assert [Path(part.get_filename() or "").suffix for part in message.iter_attachments()] == [
        ".xlsx",
        ".docx",
    ]
