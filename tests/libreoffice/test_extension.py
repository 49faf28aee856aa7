"""The extension, installed as `xlreport setup --libreoffice` does it: functions and menu in LibreOffice's own process."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlreport.addin.workbook import build_live_master
from xlreport.cli import main
from xlreport.libreoffice import install
from xlreport.libreoffice.extension import MENU
from xlreport.libreoffice.office import ALWAYS_EXECUTE_NO_WARN, Office, properties
from xlreport.model.inputs import empty
from xlreport.report import Report, evaluate


@pytest.fixture
def installed(office: Office, tmp_path: Path) -> Iterator[Path]:
    """A profile that has the extension; the `office` fixture has seen to it that LibreOffice is there."""
    profile = tmp_path / "profile"
    options = [f"-env:UserInstallation={profile.as_uri()}"]
    assert install.install(options) == [
        "已装入 LibreOffice；重新启动它，打开 绩效自评.xlsm 并允许宏，菜单栏就有“绩效自评”。"
    ]
    yield profile
    assert install.remove(options) == ["已从 LibreOffice 移除 xlreport 扩展。"]
    assert not install.is_registered(options)


def test_a_workbook_that_one_opens_calculates_by_itself(
    installed: Path, sample: Report, tmp_path: Path
) -> None:
    path = tmp_path / "自评.xlsm"
    build_live_master(sample, path)
    with Office(profile=installed) as office:
        document = office.desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, properties(MacroExecutionMode=ALWAYS_EXECUTE_NO_WARN)
        )
        results = document.Sheets.getByName("自检").getCellRangeByName("C4")
        until = time.monotonic() + 30
        # The modules are changed a moment after the document has come up.
        modules = document.BasicLibraries.getByName("VBAProject")
        while modules.hasByName("xlwings") or results.getString() != "全部通过":
            assert time.monotonic() < until, "the extension did not take the workbook over"
            time.sleep(0.1)
        document.Sheets.getByName("收支情况").getCellRangeByName("G18").setValue(600)
        rows = document.Sheets.getByName("检查结果").getCellRangeByName("B6:F100").getDataArray()
        outcomes = {row[0]: row[4] for row in rows if row[0]}
        assert outcomes["F02"] == "硬性"
        assert sample.outcomes["F02"] == "通过"
        menu = office.context.ServiceManager.createInstanceWithContext(MENU, office.context)
        menu.trigger("run_checks")
        assert document.CurrentController.ActiveSheet.Name == "收支情况"


def test_an_empty_workbook_is_taken_over_before_it_is_painted(
    installed: Path, sample: Report, tmp_path: Path
) -> None:
    """LibreOffice computes what shows nothing when it paints it: with the functions as Excel wants them it hangs."""
    path = tmp_path / "空.xlsm"
    build_live_master(evaluate(replace(empty(), template=sample.inputs.template)), path)
    with Office(profile=installed) as office:
        document = office.desktop.loadComponentFromURL(
            path.as_uri(), "_blank", 0, properties(MacroExecutionMode=ALWAYS_EXECUTE_NO_WARN)
        )
        assert not document.BasicLibraries.getByName("VBAProject").hasByName("xlwings")
        results = document.Sheets.getByName("自检").getCellRangeByName("C4")
        assert results.getString() == "全部通过"


def test_nothing_is_removed_where_nothing_is(office: Office, tmp_path: Path) -> None:
    options = [f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    assert install.remove(options) == ["LibreOffice 中没有 xlreport 扩展，无需移除。"]


@pytest.mark.skipif(sys.platform == "win32", reason="LibreOffice is found elsewhere there")
def test_without_libreoffice_setup_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "find_libreoffice", lambda machine, program: None)
    monkeypatch.setattr(install, "find_uno", lambda: None)
    result = CliRunner().invoke(main, ["setup", "--libreoffice"])
    assert result.exit_code == 2
    assert "没有找到 LibreOffice" in result.stderr
    assert len(result.stderr.splitlines()) == 1
