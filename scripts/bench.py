"""Measure the gate against ``frictionless validate``, and each format of the release against
DuckDB's plain copy to Parquet, on packages of growing size.

Packages are made from the real one: its rows again and again under new ids, every table that grows
in proportion. Each program runs as a whole process, in turn on the same files. Peak memory is that
of the process; of a format, that of the build while it writes it. Exit status: 0
measured, 2 it could not be.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from zhonglianbu import release
from zhonglianbu.gate import tables
from zhonglianbu.package import Package, PackageError, Resource
from zhonglianbu.release import csv_json

ROOT = Path(__file__).resolve().parent.parent
#: Tables that do not grow with the number of contacts.
FIXED = {"countries", "posts", "tenures", "gaps", "series", "relations", "stated_totals", "events"}
#: Fields that hold something unique but are no id: blanked in the copies.
UNIQUE = {"partyfacts_id": "", "partyfacts_match": "none"}

#: Fields of free text that must stay unique among the copies.
NAMES = {"name_en", "name_zh", "name_native", "abbreviation", "name", "value"}


def scaled(package: Package, contacts: int, target: Path) -> None:
    """Write a valid package of about ``contacts`` contacts into ``target``."""
    for folder in ("schemas", "rules"):
        shutil.copytree(package.root / folder, target / folder)
    shutil.copyfile(package.root / "datapackage.json", target / "datapackage.json")
    (target / "data").mkdir()
    for document in package.documents:
        shutil.copyfile(document.path, target / document.relative)
    with tables.loaded(package) as database:
        kept = " UNION ALL ".join(
            f"SELECT {tables.quote(package[name].primary_key[0])} FROM {name}"
            for name in sorted(FIXED)
        )
        database.execute(
            f"CREATE TABLE moving AS SELECT id FROM ids WHERE status = 'active' "
            f"AND id NOT IN ({kept})"
        )
        total = database.execute("SELECT count(*) FROM contacts").fetchall()[0][0]
        copies = max(1, round(contacts / total))
        for table in package.tables:
            path = tables.text(str(target / table.relative))
            database.execute(
                f"COPY ({_copies(table, 1 if table.name in FIXED else copies)}) TO {path} "
                "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
            )


def _copies(table: Resource, copies: int) -> str:
    """SQL for the rows of a table and their copies, each copy under new ids, in canonical order."""
    refers = {
        *table.primary_key,
        *(field for fields, _, _ in table.foreign_keys for field in fields),
    }
    cells = []
    for name in table.field_names:
        cell = tables.quote(name)
        if name in refers:  # with a letter: an id may end in a year
            new = f"CASE WHEN {cell} IN (FROM moving) THEN {cell} || '-x' || n ELSE {cell} END"
        elif name in UNIQUE:
            new = f"nullif('{UNIQUE[name]}', '')"
        elif name in NAMES:
            new = f"{cell} || ' x' || n"
        else:
            new = cell
        # DuckDB puts quotes around a cell with this sign, which our dialect does not
        plain = f"replace(CASE WHEN n = 0 THEN {cell} ELSE {new} END, '#', '')"
        cells.append(f"{plain} AS {cell}")
    return (
        f"SELECT {', '.join(cells)} FROM {tables.quote(table.name)}, range({copies}) AS r(n) "
        f"WHERE n = 0 OR {tables.quote(table.primary_key[0])} IN (FROM moving) "
        f"ORDER BY {', '.join(tables.key_columns(table))}"
    )


@dataclass(frozen=True)
class Cost:
    """What a command took: wall and processor seconds, peak MiB, exit status (negative: ended)."""

    seconds: float
    processor: float
    memory: float
    status: int


def measure(command: list[str], folder: Path, cores: int = 0, limit: int = 0) -> Cost:
    """Run a command in ``folder``; with ``cores`` it has that many alone, ``limit`` ends it."""
    allowed = sorted(os.sched_getaffinity(0))[: cores or None]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    clock = threading.Timer(limit, process.kill) if limit else None
    if clock:
        clock.start()
    _, status, usage = os.wait4(process.pid, 0)
    if clock:
        clock.cancel()
    return Cost(
        time.perf_counter() - start,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        os.waitstatus_to_exitcode(status),
    )


def floor(folder: Path, columns: bool = False) -> list[str]:
    """A command that only counts the rows of every table with DuckDB, or its filled cells."""
    what = "count(COLUMNS(*))" if columns else "count(*)"
    code = (
        "import duckdb, glob\n"
        "for path in sorted(glob.glob('data/*.csv')):\n"
        f"    duckdb.sql(f\"SELECT {what} FROM read_csv('{{path}}', all_varchar = true, "
        "header = true, delim = ',', quote = '\\\"')\").fetchall()\n"
    )
    return [sys.executable, "-c", code]


#: Every table as Parquet and nothing else: what a user would run instead.
PLAIN_COPY = """
import duckdb, glob, pathlib, sys
for path in sorted(glob.glob('data/*.csv')):
    copy = pathlib.Path(sys.argv[1], pathlib.Path(path).stem + '.parquet')
    duckdb.sql(f"COPY (FROM read_csv('{path}', all_varchar = true, header = true, delim = ',', "
        f"quote = '\\"')) TO '{copy}' (FORMAT parquet, COMPRESSION zstd)")
"""


def say(line: str) -> None:
    print(line, flush=True)


def build_in_steps(
    folder: Path, target: Path, cpu: float, memory: float, without: list[str]
) -> None:
    """Build the release of the package in ``folder`` and print a line a step, as ratios to ``cpu``
    seconds and ``memory`` MiB; for a process of its own, since peaks are told by process."""
    name, wall, work = "", 0.0, 0.0
    all_wall, all_work, most = 0.0, 0.0, 0.0

    def row(name: str, seconds: float, worked: float, peak: float) -> None:
        say(
            f"| {name} | {seconds:.2f} | {worked:.2f} | {worked / cpu:.1f} "
            f"| {peak:.0f} | {peak / memory:.1f} |"
        )

    def progress(step: str) -> None:
        nonlocal name, wall, work, all_wall, all_work, most
        if name:
            took, worked = time.perf_counter() - wall, time.process_time() - work
            row(name, took, worked, peak())
            all_wall, all_work, most = all_wall + took, all_work + worked, max(most, peak())
        # forget the peak so far (Linux only)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        name, wall, work = step, time.perf_counter(), time.process_time()

    formats = [format for format in release.FORMATS if format.name not in without]
    release.build(Package(folder), target, progress, formats)
    progress("done")
    row("all", all_wall, all_work, most)


def peak() -> float:
    """Peak MiB of this process since it was last forgotten (Linux only)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def run_formats(size: int, without: list[str]) -> None:
    """Print a table of the formats of a package of about ``size`` contacts, but those ``without``
    which it is built."""
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-bench-") as name:
        folder = Path(name) / "package"
        folder.mkdir()
        scaled(Package(ROOT), size, folder)
        for paper in csv_json.PAPERS:
            shutil.copyfile(ROOT / paper, folder / paper)
        for papers in set(csv_json.FOLDERS) - {"schemas", "rules"}:
            shutil.copytree(ROOT / papers, folder / papers)
        (Path(name) / "plain").mkdir()
        plain = [sys.executable, "-c", PLAIN_COPY, str(Path(name) / "plain")]
        cost = measure(plain, folder)
        if cost.status:
            raise PackageError(f"DuckDB cannot copy the package of {size} contacts")
        say(f"{size:,} contacts, {lines_of(Package(folder)):,} rows:\n")
        say("| step | s | CPU s | ratio | MiB | ratio |")
        say("| --- | ---: | ---: | ---: | ---: | ---: |")
        say(
            f"| DuckDB's plain copy to Parquet | {cost.seconds:.2f} | {cost.processor:.2f} | 1 "
            f"| {cost.memory:.0f} | 1 |"
        )
        arguments = (folder, Path(name) / "release", cost.processor, cost.memory, without)
        child = multiprocessing.get_context("spawn").Process(target=build_in_steps, args=arguments)
        child.start()
        child.join()
        if child.exitcode:
            raise PackageError(f"the release of {size} contacts was not built")


def run(
    sizes: list[int], folder: Path, with_frictionless: int, limit: int, say: Callable[[str], None]
) -> None:
    """Print a table; ``frictionless`` runs on packages of up to ``with_frictionless`` contacts.

    Packages that stand in ``folder`` already are taken as they are. ``frictionless`` is ended after
    ``limit`` seconds, if that is not 0. The last two columns say how often the time of the gate
    goes into that of the program.

    Raises:
        PackageError: the gate or frictionless does not call a package valid.
    """
    say("| contacts | rows | MiB | program | s | CPU s | peak MiB | s / gate's | CPU s / gate's |")
    say("| ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    validate = [str(Path(sys.executable).parent / "frictionless"), "validate", "datapackage.json"]
    for size in sizes:
        package = folder / str(size)
        if not package.exists():
            aside = folder / f"{size}.part"
            shutil.rmtree(aside, ignore_errors=True)
            scaled(Package(ROOT), size, aside)
            aside.rename(package)
        rows = lines_of(Package(package))
        mib = sum(table.path.stat().st_size for table in Package(package).tables) / 2**20
        gate = [sys.executable, str(ROOT / "scripts" / "validate.py"), str(package)]
        programs: list[tuple[str, list[str], int, int]] = [
            ("gate", gate, 0, 0),
            ("gate, one core", gate, 1, 0),
            ("DuckDB `count(*)`", floor(package), 0, 0),
            ("DuckDB, every cell", floor(package, columns=True), 0, 0),
        ]
        if size <= with_frictionless:
            programs.append(("frictionless", validate, 0, limit))
        first: Cost | None = None
        for name, command, cores, most in programs:
            cost = measure(command, package, cores, most)
            if cost.status > 0:
                raise PackageError(f"{name} refuses the package of {size} contacts")
            first = first or cost
            more = "> " if cost.status else ""
            say(
                f"| {size:,} | {rows:,} | {mib:,.0f} | {name} | {more}{cost.seconds:.2f} "
                f"| {more}{cost.processor:.2f} | {cost.memory:,.0f} "
                f"| {more}{cost.seconds / first.seconds:.2f} "
                f"| {more}{cost.processor / first.processor:.2f} |"
            )


def lines_of(package: Package) -> int:
    """The number of rows of all tables together."""
    rows = 0
    for table in package.tables:
        with table.path.open("rb") as file:
            rows += sum(1 for _ in file) - 1
    return rows


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Measure the gate against frictionless validate and DuckDB's count(*), and "
        "each format of the release against DuckDB's plain copy to Parquet.",
        epilog="example: .venv/bin/python scripts/bench.py 1000 10000 --frictionless 10000; "
        "for a million contacts in the formats: scripts/bench.py --formats 1000000 --without stata",
    )
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000], help="contacts")
    parser.add_argument(
        "--frictionless", type=int, default=10_000, help="run frictionless up to this size"
    )
    parser.add_argument(
        "--limit", type=int, default=0, help="end frictionless after so many seconds"
    )
    parser.add_argument(
        "--folder", type=Path, help="make the packages here and keep them (default: aside)"
    )
    parser.add_argument(
        "--formats", type=int, metavar="CONTACTS", help="only the formats, at this size"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="FORMAT",
        # the others need these three
        choices=sorted({one.name for one in release.FORMATS} - {"package", "derived", "parquet"}),
        help="build without it, such as stata, which takes much memory; may be repeated",
    )
    options = parser.parse_args(arguments)
    try:
        if options.formats is None:
            with tempfile.TemporaryDirectory(prefix="zhonglianbu-bench-") as aside:
                folder = (options.folder or Path(aside)).resolve()
                run(options.sizes, folder, options.frictionless, options.limit, say)
        run_formats(options.formats or options.sizes[0], options.without)
    except (PackageError, OSError, json.JSONDecodeError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
