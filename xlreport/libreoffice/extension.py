"""The extension of LibreOffice, made for one machine: it points at the Python packages that stand there."""

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from xlreport.assets import version
from xlreport.buttons import buttons

IDENTIFIER = "org.xlreport.bridge"
ADOPT, MENU = "org.xlreport.Adopt", "org.xlreport.Menu"
_COMPONENT = "xlreport_component.py"

_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
  <manifest:file-entry manifest:full-path="{_COMPONENT}"
    manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
  <manifest:file-entry manifest:full-path="Jobs.xcu"
    manifest:media-type="application/vnd.sun.star.configuration-data"/>
  <manifest:file-entry manifest:full-path="Addons.xcu"
    manifest:media-type="application/vnd.sun.star.configuration-data"/>
</manifest:manifest>
"""
_DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"
  xmlns:xlink="http://www.w3.org/1999/xlink">
  <identifier value="{identifier}"/>
  <version value="{version}"/>
  <display-name><name lang="en">xlreport 绩效自评</name></display-name>
</description>
"""
_CONFIGURATION = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
  oor:name="{name}" oor:package="org.openoffice.Office">{content}</oor:component-data>
"""
# Before a view shows it: cells without a value are computed when they are painted.
_JOBS = f"""
  <node oor:name="Jobs">
    <node oor:name="{ADOPT}" oor:op="replace"><prop oor:name="Service"><value>{ADOPT}</value></prop></node>
  </node>
  <node oor:name="Events">
    <node oor:name="OnLoadFinished" oor:op="fuse">
      <node oor:name="JobList"><node oor:name="{ADOPT}" oor:op="replace"/></node>
    </node>
  </node>
"""


def build_extension(path: Path, folders: Sequence[str]) -> None:
    """Write the extension; `folders` are where its Python finds xlreport and what that needs."""
    component = (
        "import sys\n\n"
        f"for folder in {[*folders]!r}:\n"
        "    if folder not in sys.path:\n"
        "        sys.path.append(folder)\n\n"
        "from xlreport.libreoffice.component import g_ImplementationHelper\n"
    )
    description = _DESCRIPTION.format(identifier=IDENTIFIER, version=version())
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        package.writestr("META-INF/manifest.xml", _MANIFEST)
        package.writestr("description.xml", description)
        package.writestr(_COMPONENT, component)
        package.writestr("Jobs.xcu", _CONFIGURATION.format(name="Jobs", content=_JOBS))
        package.writestr("Addons.xcu", _CONFIGURATION.format(name="Addons", content=_menu()))


def _menu() -> str:
    """The menu 绩效自评 of Calc, for LibreOffice knows no ribbon."""
    items = "".join(
        f'<node oor:name="{number:02}{action}" oor:op="replace">'
        f'<prop oor:name="URL"><value>{escape(f"service:{MENU}?{action}")}</value></prop>'
        f'<prop oor:name="Title"><value>{escape(label)}</value></prop>'
        f'<prop oor:name="Target"><value>_self</value></prop></node>'
        for number, (label, action, _) in enumerate(buttons())
    )
    return (
        f'<node oor:name="AddonUI"><node oor:name="OfficeMenuBar"><node oor:name={quoteattr(MENU)} '
        'oor:op="replace"><prop oor:name="Title"><value>绩效自评</value></prop>'
        '<prop oor:name="Context"><value>com.sun.star.sheet.SpreadsheetDocument</value></prop>'
        f'<node oor:name="Submenu">{items}</node></node></node></node>'
    )
