"""Parse T-SQL with Microsoft's ScriptDom, and resolve every name in it with Microsoft's DacFx.

Runs in an environment of its own (requirements.txt beside this file), so it imports nothing of the
project. Reads JSON from standard input and writes JSON to standard output:

    {"name": "create view …", …}
    [{"script": "name", "line": 3, "column": 8, "message": "SQL46010: …"}, …]

The language level is SQL Server 2019. A message about a name carries the element's name in its text
and no line. With --syntax-only, names are not resolved. Where something is missing on this machine,
one sentence goes to standard error and the exit code is 3.
"""

from __future__ import annotations

import ctypes.util
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

MISSING = 3
PREPARED = "EMR_TSQL_CHECK_PREPARED"
LEVEL = "150"
SYNTAX_ONLY = "--syntax-only"


def stop(sentence: str) -> NoReturn:
    """End because something is missing."""
    print(sentence, file=sys.stderr)
    sys.exit(MISSING)


def package_folder(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None:
        stop(f"the package {name} is not installed")
    return Path(spec.submodule_search_locations[0])


def icu_version() -> str:
    """Major and minor version of the system's ICU, such as 72.1; without ICU, an exit."""
    name = ctypes.util.find_library("icuuc")
    if name is None:
        stop("DacFx needs the ICU library (Debian 12: apt-get install libicu72)")
    ctypes.CDLL(name)
    loaded = Path("/proc/self/maps").read_text(encoding="utf-8")
    path = re.search(r"\S*/libicuuc\.so\S*", loaded).group()
    return re.search(r"\.so\.(\d+(\.\d+)?)", Path(path).resolve().name).group(1)


def prepare() -> None:
    """Start this script once more, in the environment that .NET Core 3.1 needs.

    That runtime knows neither today's ICU nor OpenSSL 3: it is told ICU's version, and finds
    OpenSSL 1.1 in the wheel of psycopg2-binary.
    """
    if PREPARED in os.environ:
        return
    libraries = package_folder("psycopg2").parent / "psycopg2_binary.libs"
    openssl = next(libraries.glob("libssl-*.so.1.1"), None)
    if openssl is None:
        stop("psycopg2-binary 2.9.9 is not installed: no OpenSSL 1.1")
    links = Path(tempfile.mkdtemp(prefix="openssl-"))
    (links / "libssl.so.1.1").symlink_to(openssl)
    search_path = [str(links), str(libraries), os.environ.get("LD_LIBRARY_PATH", "")]
    environment = {
        **os.environ,
        PREPARED: str(links),
        "CLR_ICU_VERSION_OVERRIDE": icu_version(),
        "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, search_path)),
    }
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)


def start_dotnet():
    """Start the .NET runtime of the package dotnetcore2, and return pythonnet's module."""
    configuration = {
        "runtimeOptions": {
            "tfm": "netcoreapp3.1",
            "framework": {"name": "Microsoft.NETCore.App", "version": "3.1.0"},
        }
    }
    links = Path(os.environ[PREPARED])
    file = links / "runtimeconfig.json"
    file.write_text(json.dumps(configuration), encoding="utf-8")
    from clr_loader import get_coreclr
    from pythonnet import set_runtime

    root = package_folder("dotnetcore2") / "bin"
    set_runtime(get_coreclr(runtime_config=str(file), dotnet_root=str(root)))
    import clr

    sys.path.append(str(package_folder("mssqlcli") / "mssqltoolsservice" / "bin"))
    return clr


def syntax_messages(clr, scripts: dict[str, str]) -> list[dict]:
    """What ScriptDom says of each script."""
    clr.AddReference("Microsoft.SqlServer.TransactSql.ScriptDom")
    from Microsoft.SqlServer.TransactSql import ScriptDom
    from System.IO import StringReader

    quoted_identifiers = True
    parser = getattr(ScriptDom, f"TSql{LEVEL}Parser")(quoted_identifiers)
    messages = []
    for name, sql in scripts.items():
        _, errors = parser.Parse(StringReader(sql), None)
        messages += [
            {
                "script": name,
                "line": error.Line,
                "column": error.Column,
                "message": f"SQL{error.Number}: {error.Message}",
            }
            for error in errors
        ]
    return messages


def name_messages(clr, scripts: dict[str, str]) -> list[dict]:
    """What DacFx says of the database that all scripts together define."""
    clr.AddReference("Microsoft.SqlServer.Dac.Extensions")
    from Microsoft.SqlServer.Dac.Model import (
        SqlServerVersion,
        TSqlModel,
        TSqlModelOptions,
        TSqlObjectOptions,
    )

    model = TSqlModel(getattr(SqlServerVersion, f"Sql{LEVEL}"), TSqlModelOptions())
    messages = []
    for name, sql in scripts.items():
        try:
            model.AddOrUpdateObjects(sql, name, TSqlObjectOptions())
        except Exception as error:  # .NET's own exception types
            lines = [line for line in str(error).splitlines() if line.startswith("Error")]
            text = "; ".join(lines) or str(error).splitlines()[0]
            messages.append({"script": name, "line": 0, "column": 0, "message": text})
    found = {f"{m.Prefix}{m.Number}: {m.Message}" for m in model.Validate()}
    messages += [{"script": "", "line": 0, "column": 0, "message": text} for text in sorted(found)]
    model.Dispose()
    return messages


def main() -> None:
    """Check what standard input holds."""
    prepare()
    scripts = json.load(sys.stdin)
    clr = start_dotnet()
    messages = syntax_messages(clr, scripts)
    unreadable = {message["script"] for message in messages}
    readable = {name: sql for name, sql in scripts.items() if name not in unreadable}
    if SYNTAX_ONLY not in sys.argv:
        messages += name_messages(clr, readable)
    shutil.rmtree(os.environ[PREPARED])
    print(json.dumps(messages), flush=True)
    # .NET Core 3.1 may hang when the interpreter is torn down in order.
    os._exit(0)


if __name__ == "__main__":
    main()
