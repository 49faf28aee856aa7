"""The message with its attachments, as a draft that a mail program opens for editing."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from xlreport.checks.rule import Level
from xlreport.errors import Unusable
from xlreport.model.numbers import percent_text
from xlreport.model.rates import KEY_RATES, RATES
from xlreport.report import Report

TYPES = {
    ".xlsx": "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "vnd.openxmlformats-officedocument.wordprocessingml.document",
}
LONGEST_SUBJECT = 100  # characters


def compose(
    report: Report, title: str, attachments: Sequence[tuple[str, bytes]], to: Sequence[str] = ()
) -> EmailMessage:
    """The draft: subject, a body that sums up the year, and the files under their Chinese names.

    Raises Unusable for an address that is none.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = _one_line(f"{title}（报送）")[:LONGEST_SUBJECT]
    if to:
        message["To"] = [_address(text) for text in to]
    message["X-Unsent"] = "1"  # Outlook opens the file as a draft instead of as a received message
    message.set_content(body(report, [name for name, _ in attachments]))
    for name, content in attachments:
        subtype = TYPES[Path(name).suffix]
        message.add_attachment(content, maintype="application", subtype=subtype, filename=_one_line(name))
    return message


def body(report: Report, names: Sequence[str]) -> str:
    """What the message says: unit, year, key rates, open findings, attachments."""
    unit = report.inputs.unit
    rates = [
        f"　　{RATES[key].label}：{percent_text(value)}"
        for key in KEY_RATES
        if (value := report.rates[key].value) is not None
    ]
    counts = "，".join(f"{level} {report.count(level)} 条" for level in Level)
    findings = [f"　　［{f.rule} {f.level}］{f.message}" for f in report.open_findings]
    lines = [
        f"单位：{unit.name or '（未填）'}",
        f"年度：{unit.year or '（未填）'}",
        "",
        "主要指标：",
        *(rates or ["　　（无）"]),
        "",
        f"勾稽关系检查：{counts}。",
        *(["尚待处理的问题：", *findings] if findings else ["没有尚待处理的问题。"]),
        "",
        "附件：",
        *(f"　　{number}．{name}" for number, name in enumerate(names, 1)),
        "",
    ]
    return "\n".join(lines)


def _address(text: str) -> Address:
    """A recipient, `name@host` or `名字 <name@host>`."""
    found = re.fullmatch(r"(?:([^<>\r\n]*)<)?\s*([^\s<>@,;]+)@([^\s<>@,;]+)\s*>?", text.strip())
    if not found:
        raise Unusable(f"“{text}”不是有效的邮件地址，请写成 name@example.com。")
    name, user, host = found.groups()
    try:
        return Address((name or "").strip(), user, host)
    except (ValueError, IndexError) as error:
        raise Unusable(f"“{text}”不是有效的邮件地址，请写成 name@example.com。") from error


def _one_line(text: str) -> str:
    """A text from a cell as one header line: nothing in it can start another header."""
    return "".join(c if c.isprintable() else " " for c in text).strip()
