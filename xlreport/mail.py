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
    message["Subject"] = subject(title)
    if to:
        message["To"] = [_address(text) for text in to]
    message["X-Unsent"] = "1"  # Outlook opens the file as a draft instead of as a received message
    message.set_content(body(report, [name for name, _ in attachments]))
    for name, content in attachments:
        subtype = TYPES[Path(name).suffix]
        message.add_attachment(content, maintype="application", subtype=subtype, filename=_one_line(name))
    return message


def subject(title: str) -> str:
    """The subject of the message, on one line."""
    return _one_line(f"{title}（报送）")[:LONGEST_SUBJECT]


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
        f"年度：{f'{unit.year}年度' if unit.year else '（未填）'}",
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


_WORD = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"(?i)(?=.{{1,254}}$)(?=[^@]{{1,64}}@)({_WORD}(?:\.{_WORD})*)@({_LABEL}(?:\.{_LABEL})*)"
)


def _address(text: str) -> Address:
    """A recipient, `name@host` or `名字 <name@host>`; only what every mail server takes."""
    name, bracket, rest = text.strip().rpartition("<")
    found = _ADDRESS.fullmatch(rest.removesuffix(">") if bracket and rest.endswith(">") else text.strip())
    if not found or name != _one_line(name) + " " * (len(name) - len(name.rstrip())):
        shown = _one_line(text)
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
        raise Unusable(f"“{shown}”不是有效的邮件地址，请写成 name@example.com。")
    return Address(name.strip(), found[1], found[2])


def _one_line(text: str) -> str:
    """A text from a cell as one header line: nothing in it can start another header.

    Not even encoded: `=?utf-8?b?…?=` would be decoded, line breaks and all.
    """
    return "".join(c if c.isprintable() else " " for c in text).replace("=?", "= ?").strip()
