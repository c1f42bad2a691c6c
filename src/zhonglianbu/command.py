"""The command ``zhonglianbu``: show, search, export and validate the data from a terminal.

Exit status: 0 done, 1 nothing found or not valid, 2 it cannot be done.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from . import terminal
from .archive import opened
from .loader import Data, Row, UnknownName, WithdrawnId
from .package import PackageError

#: Contacts and the like that ``show`` lists of what points at a row.
SHOWN = 10


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="zhonglianbu",
        description="Open data on the International Department of the CPC Central Committee.",
        epilog="example: zhonglianbu search 中联部",
    )
    top.add_argument("--version", action="store_true", help="version of the data, and their day")
    top.add_argument(
        "--package", type=Path, help="a release in a folder; default: the data of this installation"
    )
    verbs = top.add_subparsers(dest="verb")
    show = verbs.add_parser(
        "show",
        help="a row by its id, what belongs to it, and its sources",
        epilog="example: zhonglianbu show geng-biao",
    )
    show.add_argument("id")
    show.add_argument("--json", action="store_true", help="the row as JSON")
    search = verbs.add_parser(
        "search",
        help="ids by name: Chinese, pinyin, Latin letters with or without accents",
        epilog="example: zhonglianbu search 'geng biao'",
    )
    search.add_argument("text", nargs="+")
    search.add_argument("--table", help="only what stands in this table")
    search.add_argument("--limit", type=int, default=20, help="default: 20")
    export = verbs.add_parser(
        "export",
        help="a table or view as a file, or the whole package as a folder",
        epilog="examples: zhonglianbu export country_year --output panel.csv; "
        "zhonglianbu export package --output zhonglianbu",
    )
    export.add_argument("name", help="a table or view, or package")
    export.add_argument("--format", choices=("csv", "json", "jsonl"), help="default: csv")
    export.add_argument("--output", type=Path, help="default: to the terminal")
    validate = verbs.add_parser(
        "validate",
        help="check the data, or a package in a folder or zip, by every rule",
        epilog="example: zhonglianbu validate zhonglianbu-0.1.0.zip",
    )
    validate.add_argument("path", nargs="?", type=Path, help="default: the data installed")
    return top


def show(data: Data, id: str, as_json: bool) -> None:
    """Print a row, the rows that point at it, and what it rests on."""
    table, row = data.row(id)
    if as_json:
        print(json.dumps(row, ensure_ascii=False, indent=2, default=_iso))
        return
    key = str(next(iter(row.values())))
    print(f"{key} ({data.package[table].meta['title']})")
    for name, value in row.items():
        if value is not None and value != key and not name.endswith(("_min", "_max")):
            label = _label(data, table, name, value)
            print(f"  {name}: {value}{label}")
    for other in data.package.tables:
        if other.name in ("ids", "citations"):
            continue
        for fields, target, _ in other.foreign_keys:
            if fields == other.primary_key or target not in (table, "ids"):
                continue
            found = [one for one in data.load(other.name, "rows") if one[fields[0]] == key]
            if found:
                print(f"{other.name} by {fields[0]}: {len(found):,}")
            for one in found[:SHOWN]:
                cells = [str(value) for value in list(one.values())[:8] if value not in (None, key)]
                print(f"  {' | '.join(cells)}")
            if len(found) > SHOWN:
                print(f"  and {len(found) - SHOWN:,} more")
    print("\n".join(["sources", *data.cite(key).splitlines()[1:]]))


def _label(data: Data, table: str, field: str, value: Any) -> str:
    """The usual name of what a cell points at."""
    for fields, target, _ in data.package[table].foreign_keys:
        if fields == [field] and target != "ids":
            other = data.row(str(value))[1]
            names = [other.get(name) for name in ("name_en", "title_en", "title")]
            return next((f" ({name})" for name in names if name), "")
    return ""


def export(data: Data, name: str, form: str | None, output: Path | None) -> None:
    """Write a table, or copy the package.

    Raises:
        PackageError: the package goes to no folder, or to one that exists.
    """
    if name == "package":
        if output is None or form is not None:
            raise PackageError("the package is exported to a new folder: --output FOLDER")
        if output.exists():
            raise PackageError(f"{output}: exists already")
        _copy(data, output)
        return
    rows = data.load(name, "rows")
    columns = list(data.columns(name))
    if output is None:
        _write(sys.stdout, columns, rows, form)
        return
    aside = output.with_name(f".{output.name}.part")
    try:
        with aside.open("w", encoding="utf-8", newline="") as file:
            _write(file, columns, rows, form)
        aside.replace(output)
    finally:
        aside.unlink(missing_ok=True)


def _write(file: TextIO, columns: list[str], rows: list[Row], form: str | None) -> None:
    if form == "json":
        json.dump(rows, file, ensure_ascii=False, indent=1, default=_iso)
        file.write("\n")
    elif form == "jsonl":
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, default=_iso) + "\n")
    else:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row.values()] for row in rows)


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _iso(value: Any) -> str:
    assert isinstance(value, date)
    return value.isoformat()


def _copy(data: Data, output: Path) -> None:
    root = data.package.root
    aside = output.with_name(f".{output.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        for folder in ("data", "schemas", "rules", "LICENSES"):
            if (root / folder).is_dir():
                shutil.copytree(root / folder, aside / folder)
        for name in ("datapackage.json", "CITATION.cff"):
            if (root / name).is_file():
                shutil.copyfile(root / name, aside / name)
        aside.replace(output)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def validate(path: Path) -> int:
    """The gate on a package; 1 if it finds errors.

    Raises:
        PackageError: what the gate needs is not installed, or there is no package.
    """
    try:
        from . import gate
        from .gate.findings import as_text
    except ImportError as error:
        raise PackageError(
            f"the gate needs {error.name}: pip install 'zhonglianbu[pipeline]'"
        ) from None
    with opened(path) as root:
        found = gate.run(root)
    print("\n".join(as_text(found)), end="\n" if found else "")
    errors = sum(one.severity == "error" for one in found)
    print(f"{'not valid' if errors else 'valid'}: {errors} errors in {path}", file=sys.stderr)
    return 1 if errors else 0


def run(arguments: list[str]) -> int:
    """Carry out a command line; see the module for the status."""
    options = parser().parse_args(arguments)
    try:
        data = Data(options.package)
        if options.version:
            print(f"zhonglianbu {data.version}, data as of {data.as_of}")
        elif options.verb == "show":
            show(data, options.id, options.json)
        elif options.verb == "search":
            text = " ".join(options.text)
            hits = data.search(text, options.table)
            for hit in hits[: options.limit]:
                other = f" ({hit.name})" if hit.name != hit.label else ""
                print(f"{hit.id}\t{hit.table}\t{hit.label}{other}")
            if len(hits) > options.limit:
                print(f"{len(hits) - options.limit:,} more: --limit", file=sys.stderr)
            if not hits:
                print(f"zhonglianbu: nothing is called {text!r}", file=sys.stderr)
                return 1
        elif options.verb == "export":
            export(data, options.name, options.format, options.output)
        elif options.verb == "validate":
            return validate(options.path or data.package.root)
        else:
            parser().print_help()
            return 2
    except BrokenPipeError:
        raise
    except WithdrawnId as error:
        print(f"zhonglianbu: {error}", file=sys.stderr)
        return 1
    except (UnknownName, PackageError, OSError, ValueError) as error:
        print(f"zhonglianbu: {error}", file=sys.stderr)
        return 2
    return 0


def main() -> None:
    """The entry point of the command."""
    terminal.run(run)
