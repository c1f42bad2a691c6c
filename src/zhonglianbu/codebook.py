"""The codebook and the README's figures, generated from schemas, vocabularies, rules and data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from itertools import pairwise
from pathlib import Path

from duckdb import DuckDBPyConnection
from markdown_it import MarkdownIt
from markdown_it.token import Token

from . import summary, views
from .gate import rules
from .gate.tables import quote
from .package import JSON, Package, Resource, read_json


def codebook(package: Package, rules_folder: Path, database: DuckDBPyConnection) -> str:
    """The whole codebook as Markdown: each table, each view, each vocabulary, each rule.

    ``database`` has the tables by name, blank cells NULL, to count what is filled.
    """
    parts = [
        "# Codebook",
        "",
        "Generated from the schemas, the vocabularies and the rules by `scripts/docs.py`; not "
        "edited by hand. Dates are strings of a small profile of EDTF (see "
        "[methodology](methodology.md#dates)); booleans are `true` and `false`; a blank cell means"
        " what the column «blank» says.",
        "",
        "Tables: " + ", ".join(f"[{table.name}](#{table.name})" for table in package.tables) + ".",
        "",
        "Derived: " + ", ".join(f"[{view.name}](#{view.name})" for view in views.read_all()) + ".",
        "",
    ]
    parts += [*_diagram(package), *_JOINING]
    all_rules = rules.read_all(rules_folder)
    for table in package.tables:
        parts += _table(table, package, database, all_rules)
    parts += [
        "# Derived tables",
        "",
        "Made from the tables by the release, in its folder `derived/`, and in Parquet, SQLite, "
        "Excel and Stata. A date is a day; `src/zhonglianbu/views/` has the SQL.",
        "",
    ]
    for view in views.read_all():
        parts += _view(view)
    parts += ["# Vocabularies", ""]
    for vocabulary in read_json(package["vocabularies"].path)["vocabularies"]:
        parts += _vocabulary(vocabulary, package)
    parts += [
        "# Rules across tables",
        "",
        f"Of every table: {_codes(filter(_of_every_table, all_rules))}.",
        "",
        "| code | what must be true | why |",
        "| --- | --- | --- |",
    ]
    for rule in all_rules:
        level = " (warning)" if rule.severity == "warning" else ""
        parts.append(f"| `{rule.code}`{level} | {_cell(rule.title)} | {_cell(rule.why)} |")
    return "\n".join(parts) + "\n"


#: Names under which a rule asks all tables at once.
_GENERIC = ("_row", "_reference", "_span", "_used")

_JOINING = [
    "## How to join",
    "",
    "Every foreign key points at the key of one table, so that plain joins do; a blank key stands "
    "for nothing, so join with LEFT JOIN where rows without it must stay. `subject_id` (in "
    "`citations`, `names`, `identifiers`) is the id of a row of any table; `ids` says of which.",
    "",
    "```sql",
    "SELECT c.contact_id, c.start_date, o.name_en AS organization, n.name_en AS country, s.url",
    "FROM 'data/contacts.csv' AS c",
    "JOIN 'data/participants.csv' AS p ON p.contact_id = c.contact_id AND p.side = 'foreign'",
    "LEFT JOIN 'data/organizations.csv' AS o ON o.organization_id = p.organization_id",
    "LEFT JOIN 'data/countries.csv' AS n ON n.country_id = p.country_id",
    "JOIN 'data/citations.csv' AS t ON t.subject_id = c.contact_id AND t.field IS NULL",
    "JOIN 'data/sources.csv' AS s ON s.source_id = t.source_id",
    "WHERE c.in_statistics",
    "ORDER BY c.start_date DESC, c.contact_id, p.seq, s.source_id;",
    "```",
    "",
]


def _diagram(package: Package) -> list[str]:
    """The tables and their foreign keys, those to ``ids`` apart, which every table has."""
    parts = [
        "## Diagram",
        "",
        "Each line is a foreign key, named by its field. Keys to `ids` are left out: every table "
        "with an id of its own has one.",
        "",
        "```mermaid",
        "erDiagram",
    ]
    for table in package.tables:
        for fields, target, _ in table.foreign_keys:
            if target != "ids":
                limits = table.field(fields[0]).get("constraints", {})
                one = "||" if limits.get("required") else "|o"
                many = "o|" if table.primary_key == fields else "o{"
                parts.append(f"    {target} {one}--{many} {table.name} : {fields[0]}")
    return [*parts, "```", ""]


def _codes(some: Iterable[rules.Rule]) -> str:
    return ", ".join(f"`{rule.code}`" for rule in some)


def _asks(rule: rules.Rule, name: str) -> bool:
    return bool(re.search(rf"\b(FROM|JOIN)\s+{name}\b", rule.sql))


def _of_every_table(rule: rules.Rule) -> bool:
    return any(_asks(rule, name) for name in _GENERIC)


def _table(
    table: Resource, package: Package, database: DuckDBPyConnection, all_rules: list[rules.Rule]
) -> list[str]:
    counts = ", ".join(f"count({quote(name)})" for name in table.field_names)
    ((rows, *filled),) = database.execute(
        f"SELECT count(*), {counts} FROM {quote(table.name)}"
    ).fetchall()
    cited = "Every row has a supporting citation." if table.schema["cited"] else ""
    parts = [
        f"## {table.name}",
        "",
        f"{table.schema['description']} {cited}".strip(),
        "",
        f"{rows:,} rows. Key: {', '.join(f'`{name}`' for name in table.primary_key)}.",
        "",
        "| field | type | filled | description | blank | example |",
        "| --- | --- | ---: | --- | --- | --- |",
    ]
    keys = {fields[0]: target for fields, target, _ in table.foreign_keys}
    for field, count in zip(table.fields, filled, strict=True):
        name = field["name"]
        kind = field["type"]
        if "vocabulary" in field:
            kind += f", code of [{field['vocabulary']}](#{field['vocabulary']})"
        if field.get("constraints", {}).get("required"):
            kind += ", required"
        if keys.get(name, "ids") != "ids":
            kind += f", refers to [{keys[name]}](#{keys[name]})"
        share = f"{100 * count / rows:.0f} %" if rows else ""
        blank = field.get("blank", "never")
        description, example = _cell(field["description"]), _cell(field["example"])
        parts.append(
            f"| `{name}` | {kind} | {share} | {description} | {_cell(blank)} | {example} |"
        )
    referring = sorted(
        f"`{other.name}.{fields[0]}`"
        for other in package.tables
        for fields, target, _ in other.foreign_keys
        if target == table.name and table.name != "ids"
    )
    if referring:
        parts += ["", f"Referred to by {', '.join(referring)}."]
    for unique in table.schema.get("uniqueKeys", []):
        parts += ["", f"Unique together: {', '.join(f'`{name}`' for name in unique)}."]
    own = [rule for rule in all_rules if _asks(rule, table.name)]
    if own:
        parts += ["", f"[Rules](#rules-across-tables): {_codes(own)}."]
    return [*parts, ""]


def _view(view: views.View) -> list[str]:
    return [
        f"## {view.name}",
        "",
        f"{view.description} Key: {', '.join(f'`{name}`' for name in view.key)}.",
        "",
        "| field | type | description |",
        "| --- | --- | --- |",
        *(
            f"| `{field['name']}` | {field['type']} | {_cell(field['description'])} |"
            for field in view.fields
        ),
        "",
    ]


def _vocabulary(vocabulary: JSON, package: Package) -> list[str]:
    name = vocabulary["name"]
    used = sorted(
        f"`{table.name}.{field['name']}`"
        for table in package.tables
        for field in table.fields
        if field.get("vocabulary") == name
    )
    parts = [
        f"## {name}",
        "",
        f"{vocabulary['title']}. Used by {', '.join(used)}.",
        "",
        "| code | label | definition | example |",
        "| --- | --- | --- | --- |",
    ]
    for code in vocabulary["codes"]:
        reserved = " No row uses it yet." if code.get("reserved") else ""
        parts.append(
            f"| `{code['code']}` | {_cell(code['label'])} | {_cell(code['definition'])}{reserved} |"
            f" {_cell(code['example'])} |"
        )
    return [*parts, ""]


def as_html(markdown: str, title: str, drawing: str = "") -> str:
    """A page of its own from Markdown; headings can be linked to, nothing is loaded.

    ``drawing`` stands in the place of the Mermaid diagram, which a browser cannot show by itself.
    """
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            opening.attrSet("id", inline.content.lower().replace(" ", "-"))
    if drawing:
        for place, token in enumerate(tokens):
            if token.type == "fence" and token.info == "mermaid":
                tokens[place] = Token("html_block", "", 0, content=f"{drawing}\n")
    body = parser.renderer.render(tokens, parser.options, {})
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}"
        "</body>\n</html>\n"
    )


_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:70rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse;display:block;overflow-x:auto}"
    "td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top}"
)


def readme_figures(package: Package) -> str:
    """What the data holds, for the README: one sentence and the table of tables."""
    counts = summary.figures(package)
    parts = [
        f"Version {package.version}, data as of {package.descriptor['as_of']}: "
        f"**{counts['contacts']:,} contacts** with {counts['countries']} countries and territories "
        f"and {counts['parties']} parties, {counts['heads']} heads since 1951, "
        f"{counts['sources']:,} sources, {counts['citations']:,} citations, "
        f"{counts['rows']:,} rows in {counts['tables']} tables.",
        "",
        "| table | rows | one row is |",
        "| --- | ---: | --- |",
    ]
    for table in package.tables:
        about = table.schema["description"].split(". ")[0].rstrip(".")
        parts.append(f"| `{table.name}` | {len(table.rows()):,} | {_cell(about)} |")
    return "\n".join(parts)


def _cell(text: str) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
