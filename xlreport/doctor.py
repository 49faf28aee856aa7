"""Names what keeps the add-in from running here, or the documents from looking right."""

from contextlib import suppress
from pathlib import Path

from xlreport.addin.install import ADDIN
from xlreport.assets import asset
from xlreport.diagnosis import Diagnosis, Patient, State
from xlreport.doctor_excel import EXCEL_CHECKS
from xlreport.doctor_policy import POLICY_CHECKS
from xlreport.doctor_writing import WRITING_CHECKS
from xlreport.errors import Unusable
from xlreport.machine import Machine, ThisMachine
from xlreport.sheets.layout import XLWINGS
from xlreport.sheets.reader import read_meta

__all__ = ["CHECKS", "Diagnosis", "State", "diagnose"]

CHECKS = (*EXCEL_CHECKS, *POLICY_CHECKS, *WRITING_CHECKS)  # in the order in which they are shown


def diagnose(
    workbook: Path | str | None = None, baked: str | None = None, machine: Machine | None = None
) -> list[Diagnosis]:
    """Look at everything. `baked` is the version of xlwings that the workbook's VBA names.

    Raises Unusable when there is no such workbook.
    """
    machine = machine or ThisMachine()
    if workbook is not None and not machine.exists(str(workbook)):
        raise Unusable(f"{workbook}：文件不存在，请核对文件名和文件夹。")
    book = None if workbook is None else str(workbook)
    if baked is None and workbook is not None and Path(workbook).suffix.lower() == ".xlsm":
        baked = _baked(Path(workbook))
    patient = Patient(machine, book, baked, machine.read(str(asset(ADDIN))))
    return [check.diagnose(patient) for check in CHECKS]


def _baked(workbook: Path) -> str | None:
    """The version of xlwings that a workbook of ours was made for; None where it does not say."""
    with suppress(Unusable):  # what is wrong with the file itself is for `check` to say
        return read_meta(workbook).get(XLWINGS)
    return None
