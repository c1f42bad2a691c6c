"""Measure the gate against ``frictionless validate``, and each format of the release against
DuckDB's plain copy to Parquet, on packages of growing size.

Packages are made from the real one: its rows again and again under new ids, every table that grows
in proportion. Each program runs as a whole process, in turn on the same files. Peak memory is that
of the process and its children; of a format, that of the build while it writes it. Exit status: 0
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
import time
from collections.abc import Callable
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


def scaled(package: Package, contacts: int, target: Path) -> int:
    """Write a valid package of about ``contacts`` contacts into ``target``; return its rows."""
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
        rows = 0
        for table in package.tables:
            path = tables.text(str(target / table.relative))
            (count,) = database.execute(
                f"COPY ({_copies(table, 1 if table.name in FIXED else copies)}) TO {path} "
                "(FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR '')"
            ).fetchall()
            rows += count[0]
    return rows


def _copies(table: Resource, copies: int) -> str:
    """SQL for the rows of a table and their copies, each copy under new ids, in canonical order."""
    refers = {
        *table.primary_key,
        *(field for fields, _, _ in table.foreign_keys for field in fields),
    }
    cells = []
    for name in table.field_names:
        cell = tables.quote(name)
        if name in refers:
            new = f"CASE WHEN {cell} IN (FROM moving) THEN {cell} || '-' || n ELSE {cell} END"
        elif name in UNIQUE:
            new = f"nullif('{UNIQUE[name]}', '')"
        elif name in NAMES:
            new = f"{cell} || ' ' || n"
        else:
            new = cell
        cells.append(f"CASE WHEN n = 0 THEN {cell} ELSE {new} END AS {cell}")
    return (
        f"SELECT {', '.join(cells)} FROM {tables.quote(table.name)}, range({copies}) AS r(n) "
        f"WHERE n = 0 OR {tables.quote(table.primary_key[0])} IN (FROM moving) "
        f"ORDER BY {', '.join(tables.key_columns(table))}"
    )


def measure(command: list[str], folder: Path) -> tuple[float, float, int]:
    """Wall seconds, peak MiB and exit status of a command run in ``folder``."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    return seconds, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)


def floor(folder: Path) -> list[str]:
    """A command that only counts the rows of every table with DuckDB."""
    code = (
        "import duckdb, glob\n"
        "for path in sorted(glob.glob('data/*.csv')):\n"
        "    duckdb.sql(f\"SELECT count(*) FROM read_csv('{path}', all_varchar = true, "
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


def build_in_steps(folder: Path, target: Path, cpu: float, memory: float) -> None:
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

    release.build(Package(folder), target, progress)
    progress("done")
    row("all", all_wall, all_work, most)


def peak() -> float:
    """Peak MiB of this process since it was last forgotten (Linux only)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def run_formats(size: int) -> None:
    """Print a table of the formats of a package of about ``size`` contacts."""
    with tempfile.TemporaryDirectory(prefix="zhonglianbu-bench-") as name:
        folder = Path(name) / "package"
        folder.mkdir()
        rows = scaled(Package(ROOT), size, folder)
        for paper in csv_json.PAPERS:
            shutil.copyfile(ROOT / paper, folder / paper)
        for papers in set(csv_json.FOLDERS) - {"schemas", "rules"}:
            shutil.copytree(ROOT / papers, folder / papers)
        (Path(name) / "plain").mkdir()
        plain = [sys.executable, "-c", PLAIN_COPY, str(Path(name) / "plain")]
        before = os.times()
        seconds, memory, status = measure(plain, folder)
        after = os.times()
        cpu = after.children_user + after.children_system
        cpu -= before.children_user + before.children_system
        if status:
            raise PackageError(f"DuckDB cannot copy the package of {size} contacts")
        say(f"{size:,} contacts, {rows:,} rows:\n")
        say("| step | s | CPU s | ratio | MiB | ratio |")
        say("| --- | ---: | ---: | ---: | ---: | ---: |")
        say(
            f"| DuckDB's plain copy to Parquet | {seconds:.2f} | {cpu:.2f} | 1 | {memory:.0f} | 1 |"
        )
        arguments = (folder, Path(name) / "release", cpu, memory)
        child = multiprocessing.get_context("spawn").Process(target=build_in_steps, args=arguments)
        child.start()
        child.join()
        if child.exitcode:
            raise PackageError(f"the release of {size} contacts was not built")


def run(sizes: list[int], with_frictionless: int, say: Callable[[str], None]) -> None:
    """Print a table; ``frictionless`` runs on packages of up to ``with_frictionless`` contacts."""
    package = Package(ROOT)
    frictionless = [str(Path(sys.executable).parent / "frictionless"), "validate"]
    say("| contacts | rows | gate s | gate MiB | frictionless s | ratio | count(*) s | ratio |")
    say("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="zhonglianbu-bench-") as name:
            folder = Path(name)
            rows = scaled(package, size, folder)
            gate = [sys.executable, str(ROOT / "scripts" / "validate.py"), str(folder)]
            seconds, memory, status = measure(gate, folder)
            if status:
                raise PackageError(f"the gate refuses the package of {size} contacts")
            least, _, _ = measure(floor(folder), folder)
            theirs, times = "", ""
            if size <= with_frictionless:
                other, _, status = measure([*frictionless, "datapackage.json"], folder)
                if status:
                    raise PackageError(f"frictionless refuses the package of {size} contacts")
                theirs, times = f"{other:.1f}", f"{other / seconds:.1f}"
            say(
                f"| {size:,} | {rows:,} | {seconds:.2f} | {memory:.0f} | {theirs} | {times} "
                f"| {least:.2f} | {seconds / least:.1f} |"
            )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description="Measure the gate against frictionless validate and DuckDB's count(*), and "
        "each format of the release against DuckDB's plain copy to Parquet.",
        epilog="example: .venv/bin/python scripts/bench.py 1000 10000 --frictionless 10000; "
        "for a million contacts in every format: scripts/bench.py --formats 1000000",
    )
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000], help="contacts")
    parser.add_argument(
        "--frictionless", type=int, default=10_000, help="run frictionless up to this size"
    )
    parser.add_argument(
        "--formats", type=int, metavar="CONTACTS", help="only the formats, at this size"
    )
    options = parser.parse_args(arguments)
    try:
        if options.formats is None:
            run(options.sizes, options.frictionless, say)
        run_formats(options.formats or options.sizes[0])
    except (PackageError, OSError, json.JSONDecodeError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
