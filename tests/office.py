"""LibreOffice as the tests use it: a profile of its own that calculates every formula on loading."""

import subprocess
from pathlib import Path

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""


def convert(soffice: str, path: Path, kind: str, folder: Path) -> Path:
    """Load a file, calculating it anew, and save it as another kind; gives the new file."""
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True, exist_ok=True)
    if not settings.exists():
        settings.write_text(PROFILE, "utf-8")
    out = folder / f"as-{kind}"
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, check=True, timeout=180)
    made = out / f"{path.stem}.{kind}"
    assert made.exists(), f"LibreOffice did not open {path.name}"
    return made
