"""Add a contact, a source, an organization or a person: every row that it needs, or none.

From options, from a draft in JSON or CSV, or from questions on a terminal. Exit status: 0 it stands
there (now), 1 refused, nothing was changed; 2 cannot run.
"""

from __future__ import annotations

import argparse
import json
import sys
from itertools import count
from pathlib import Path

from zhonglianbu import adding, drafts, ids
from zhonglianbu.drafts import CITES, KINDS, LOCATOR, Draft
from zhonglianbu.package import Package, PackageError
from zhonglianbu.questions import Interview
from zhonglianbu.terminal import run
from zhonglianbu.writing import replace_all

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = {
    "contact": "add.py contact --start-date 2024-06-26 --date-basis event --kind meeting "
    "--title 'Meeting with ...' --cpc organization_id=ild person_name='Liu Jianchao' "
    "person_id=liu-jianchao --foreign organization_id='AK Party' role='deputy chairman' "
    "--source url=https://... locator=headline",
    "source": "add.py source --url https://... --kind news-article --publisher Xinhua "
    "--reliability agency --cites ct-22cm4z --states start_date=2024-06",
    "organization": "add.py organization --kind party --name-en 'Homeland Party' --country-id EGY "
    "--source url=https://... locator=headline",
    "person": "add.py person --name-en 'Liu Jianchao' --name-zh 刘建超 --source source_id=...",
}


def parse(arguments: list[str], package: Package) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Add what a page says. Merged and withdrawn is with scripts/ids.py, a tenure "
        "is ended with scripts/end_tenure.py.",
        epilog="example: .venv/bin/python scripts/add.py contact (asks, on a terminal); each "
        "of the four has one of its own.",
    )
    parser.add_argument("--package", type=Path, default=ROOT, help="default: the tree")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for kind, (table, _) in KINDS.items():
        verb = verbs.add_parser(
            kind,
            help=f"a row of {table} with all that belongs to it",
            epilog=f"example: .venv/bin/python scripts/{EXAMPLES[kind]}",
        )
        names = {field["name"]: field for field in package[table].fields}
        if kind == "organization":
            names |= {field["name"]: field for field in package["parties"].fields[1:-1]}
        for name, field in names.items():
            codes = field.get("constraints", {}).get("enum")
            about = f"one of {', '.join(codes)}" if codes else f"such as {field['example']}"
            verb.add_argument(
                f"--{name.replace('_', '-')}",
                help=f"{field['description'].rstrip('.')} ({about})".replace("%", "%%"),
            )
        verb.add_argument("--draft", type=Path, help="a JSON or CSV file with drafts instead")
        verb.add_argument("--check", action="store_true", help="change nothing, only say")
        cell = {"nargs": "+", "action": "append", "default": [], "metavar": "FIELD=VALUE"}
        if kind == "source":
            verb.add_argument("--cites", help="id of the row that the source is cited for")
            verb.add_argument("--locator", help="where in the source")
            verb.add_argument("--states", help="what it states of fields", **cell)  # type: ignore[arg-type]
            continue
        verb.add_argument("--source", help="a source, known or new, with its locator", **cell)  # type: ignore[arg-type]
        if kind == "contact":
            for side in package["participants"].field("side")["constraints"]["enum"]:
                about = f"a participant of side {side}, in order"
                verb.add_argument(f"--{side}", help=about, **cell)  # type: ignore[arg-type]
            verb.add_argument("--distinct", default="", help="why it is not the one it looks like")
    return parser.parse_args(arguments)


def from_options(options: argparse.Namespace, package: Package) -> Draft | None:
    """The draft that the options make; None if there are none.

    Raises:
        Refused: a cell is no FIELD=VALUE.
    """
    given = vars(options)
    names = [field["name"] for field in package[KINDS[options.verb][0]].fields]
    if options.verb == "organization":
        names += package["parties"].field_names[1:-1]
    draft = Draft(
        options.verb,
        {name: given[name] for name in [*names, LOCATOR, CITES] if given.get(name) is not None},
        distinct=given.get("distinct", ""),
    )
    for cells in given.get("states", []):
        draft.cells |= {f"{drafts.STATES}{name}": value for name, value in pairs(cells).items()}
    for side in package["participants"].field("side")["constraints"]["enum"]:
        draft.participants += [{"side": side} | pairs(cells) for cells in given.get(side, [])]
    draft.sources += [pairs(cells) for cells in given.get("source", [])]
    return draft if draft.cells or draft.participants or draft.sources else None


def pairs(cells: list[str]) -> dict[str, str]:
    """``FIELD=VALUE`` as a dict.

    Raises:
        Refused: one is not of that form.
    """
    for cell in cells:
        if "=" not in cell:
            raise ids.Refused(f"{cell!r} is no FIELD=VALUE; quote a value that has spaces")
    return dict(cell.split("=", 1) for cell in cells)


def collect(options: argparse.Namespace, package: Package) -> tuple[list[Draft], bool]:
    """The drafts, from options, a file, or a person at the terminal, and whether it was the last.

    Raises:
        Refused: there are none, or they are no drafts.
    """
    draft = from_options(options, package)
    if options.draft:
        if draft:
            raise ids.Refused("give a draft or the options of one, not both")
        given = drafts.read(options.draft, options.verb)
        for one in given:
            one.distinct = one.distinct or vars(options).get("distinct", "")
        return given, False
    if draft:
        return [draft], False
    if sys.stdin.isatty():
        return [Interview(package).draft(options.verb)], True
    raise ids.Refused("give options, --draft FILE, or a terminal to ask on (--help has an example)")


def kept(draft: Draft, folder: Path) -> Path:
    """Write what a person answered into a new file of ``folder``, so that it can be mended."""
    folder.mkdir(exist_ok=True)
    numbered = (folder / f"{draft.kind}-{number}.json" for number in count(1))
    path = next(path for path in numbered if not path.exists())
    text = json.dumps(drafts.as_json(draft), ensure_ascii=False, indent=2)
    replace_all({path: text + "\n"})
    return path


def main(arguments: list[str]) -> int:
    given: list[Draft] = []
    asked = False
    try:
        options = parse(arguments, Package(ROOT))
        package = Package(options.package)
        given, asked = collect(options, package)
        edit = ids.Edit(package)
        decisions = options.package / "docs" / "distinct_contacts.csv"
        done = [adding.add(edit, draft, decisions) for draft in given]
        if options.check:
            edit.check()
        elif any(one.new for one in done):
            edit.save()
    except ids.Refused as error:
        print(f"add: {error}", file=sys.stderr)
        if asked:
            path = kept(given[0], options.package / "drafts")
            print(f"add: your answers are kept: mend {path}, then --draft {path}", file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\nadd: broken off, nothing was written", file=sys.stderr)
        return 1
    except (PackageError, OSError) as error:
        print(f"add: {error}", file=sys.stderr)
        return 2
    state = "can be added" if options.check else "is added"
    told = [f"{one.id} {state}" if one.new else f"{one.id} has all that already" for one in done]
    print("\n".join([*edit.told, *told]))
    if any(one.new for one in done) and not options.check:
        print("now: make fix && make check")
    return 0


if __name__ == "__main__":
    run(main)
