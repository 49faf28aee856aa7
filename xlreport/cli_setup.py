"""The commands for the machine: `setup` installs the add-in, `doctor` says what is wrong with it."""

import sys
from pathlib import Path

import click

from xlreport.errors import Unusable


@click.command()
@click.option("--remove", is_flag=True, help="Take out again what was installed.")
@click.option("--libreoffice", is_flag=True, help="Into LibreOffice instead of Excel.")
def setup(remove: bool, libreoffice: bool) -> None:
    """Install the add-in for this user: into Excel on Windows, or into LibreOffice.

    Example: xlreport setup
    """
    for sentence in _libreoffice(remove) if libreoffice else _excel(remove):
        click.echo(sentence)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(file: Path | None, as_json: bool) -> None:
    """Say what keeps the add-in from running on this machine; status 1 when something is wrong.

    Example: xlreport doctor 绩效自评.xlsx
    """
    from xlreport.doctor import State, diagnose

    diagnoses = diagnose(file and file.absolute())
    if as_json:
        import json
        from dataclasses import asdict

        found = {"platform": sys.platform, "diagnoses": [asdict(diagnosis) for diagnosis in diagnoses]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for diagnosis in diagnoses:
            click.echo(str(diagnosis))
    if any(diagnosis.state is State.WRONG for diagnosis in diagnoses):
        sys.exit(1)


def _excel(remove: bool) -> list[str]:
    from xlreport.addin import install
    from xlreport.assets import asset
    from xlreport.machine import ThisMachine

    machine = ThisMachine()
    if machine.platform != "win32":
        raise Unusable(
            "Excel 的加载项只能在 Windows 上安装，本机请用 xlreport setup --libreoffice 装到 LibreOffice。"
        )
    folders = [machine.environment.get(name) for name in ("USERPROFILE", "APPDATA")]
    if not all(folders):
        raise Unusable("环境变量 USERPROFILE 或 APPDATA 没有设置，请在自己的普通命令行窗口中运行。")
    profile, roaming = (Path(folder or "") for folder in folders)
    if remove:
        return install.remove(profile, roaming)
    return install.install(Path(machine.python), profile, roaming, asset(install.ADDIN))


def _libreoffice(remove: bool) -> list[str]:
    from xlreport.libreoffice import install

    return install.remove() if remove else install.install()
