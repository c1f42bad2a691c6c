"""New rows from drafts: ids found or minted, sources known or new, each row cited, none twice."""

from __future__ import annotations

import difflib
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from . import canonical, dates, duplicates, ids, lookup
from .drafts import CITES, KINDS, LOCATOR, NONE, STATES, Draft
from .ids import Edit, Refused, Row
from .package import JSON, Resource, parse_csv, write_csv
from .pages import OWN_HOSTS, item, page

#: Fields of a contact that its first source is cited for, beside the contact itself.
CITED = ("start_date", "place")
_PROPOSALS = 5


@dataclass(frozen=True)
class Done:
    """What became of a draft: its id, and whether anything was new."""

    id: str
    new: bool


def add(edit: Edit, draft: Draft, decisions: Path | None = None) -> Done:
    """Put a draft's rows into ``edit``; what stands there already is only completed.

    Args:
        decisions: the file of contacts that look alike and are two.

    Raises:
        Refused: something is missing, unknown or wrong, or the thing is there already.
    """
    try:
        if draft.kind == "source":
            return _add_source(edit, draft)
        if not draft.sources:
            raise Refused("no source: a fact that cannot be cited does not go in")
        if draft.kind == "contact":
            return _add_contact(edit, draft, decisions)
        return _add_named(edit, draft)
    except Refused as error:
        raise Refused(f"{draft.place}: {error}" if draft.place else str(error)) from None


def _add_contact(edit: Edit, draft: Draft, decisions: Path | None) -> Done:
    table = edit.tables["contacts"]
    row = complete(edit, table, {"in_statistics": "true"} | draft.cells, "contact")
    participants = list(_participants(edit, draft.participants))
    _not_after(edit, row["start_date"], "the contact")
    id = _same_contact(edit, row, participants)
    new = id is None
    if id is None:
        id = ids.mint(edit, "ct", 1, "contact")[0]
        edit.rows["contacts"].append(row | {"contact_id": id})
        for seq, one in enumerate(participants, 1):
            edit.rows["participants"].append(one | {"contact_id": id, "seq": str(seq)})
        _refuse_known_encounter(edit, id, draft.distinct, decisions)
    for number, source in enumerate(draft.sources):
        states = {name: row[name] for name in CITED if row[name]} if number == 0 else {}
        new |= _cite(edit, "contacts", id, source, number, states)
    return Done(id, new)


def _participants(edit: Edit, several: list[Row]) -> Iterator[Row]:
    """The rows of the participants, without contact and number, the Chinese side first."""
    table = edit.tables["participants"]
    sides = table.field("side")["constraints"]["enum"]
    for side in sides:
        if not any(one.get("side") == side for one in several):
            raise Refused(f"no participant of side {side}: an encounter has two sides")
    organizations = {row["organization_id"]: row for row in edit.rows["organizations"]}
    numbered = sorted(
        enumerate(several, 1),
        key=lambda one: sides.index(one[1]["side"]) if one[1].get("side") in sides else -1,
    )
    led: set[str] = set()
    for number, cells in numbered:
        place = f"participant {number}"
        name = cells.get("person_name", "")
        if name and not cells.get("person_id"):
            _ask_for_person(edit, place, name)
        first = cells.get("side", "") not in led and not any(
            other.get("is_head") == "true" and other.get("side") == cells.get("side")
            for other in several
        )
        led.add(cells.get("side", ""))
        leads = cells.get("is_head", "true" if first else "false")
        usual = {"is_head": leads, "capacity": "principal" if leads == "true" else "member"}
        row = complete(edit, table, usual | cells, place, given={"contact_id", "seq"})
        of_organization = organizations.get(row["organization_id"])
        if of_organization and not cells.get("country_id"):
            row["country_id"] = of_organization["country_id"]
        yield row


def _ask_for_person(edit: Edit, place: str, name: str) -> None:
    alike = [hit for hit in _search(edit, name, "people") if hit.rank == 0]
    if alike:
        proposed = " or ".join(f"{hit.id} ({hit.label})" for hit in alike[:_PROPOSALS])
        raise Refused(
            f"{place}: {name} may be {proposed}: say person_id={alike[0].id}, or person_id={NONE} "
            "where that is not certain"
        )


def _same_contact(edit: Edit, row: Row, participants: list[Row]) -> str | None:
    """The contact with just these cells and participants, if there is one."""
    for other in edit.rows["contacts"]:
        if all(other[name] == row[name] for name in row if name != "contact_id"):
            theirs = [
                one for one in edit.rows["participants"] if one["contact_id"] == other["contact_id"]
            ]
            theirs.sort(key=lambda one: int(one["seq"]))
            keys = ("contact_id", "seq")
            if len(theirs) == len(participants) and all(
                a[name] == b[name]
                for a, b in zip(theirs, participants, strict=True)
                for name in a
                if name not in keys
            ):
                return other["contact_id"]
    return None


def _refuse_known_encounter(edit: Edit, id: str, distinct: str, decisions: Path | None) -> None:
    alike = [
        pair for pair in duplicates.among(edit.rows["contacts"], edit.rows["participants"])
        if id in pair
    ]  # fmt: skip
    if not alike:
        return
    if not canonical.cell(distinct):
        rows = {row["contact_id"]: row for row in edit.rows["contacts"]}
        others = [one for pair in alike for one in pair if one != id]
        told = "; ".join(
            f"{one}, {rows[one]['start_date']}, {rows[one]['title']}" for one in others
        )
        raise Refused(
            f"it may be the encounter {told}: then cite the page there (add.py source --cites "
            f"{others[0]}); if it is another, say why with --distinct"
        )
    if decisions is not None:
        text = edit.papers.get(decisions) or decisions.read_text(encoding="utf-8")
        rows_of = [list(row.values()) for row in parse_csv(text)]
        rows_of += [[*pair, canonical.cell(distinct)] for pair in alike]
        edit.papers[decisions] = write_csv(["contact_a", "contact_b", "reason"], sorted(rows_of))


def _add_named(edit: Edit, draft: Draft) -> Done:
    """An organization, with its row of parties if it is one, or a person."""
    name, entity_type = KINDS[draft.kind]
    table = edit.tables[name]
    key = table.primary_key[0]
    party_names = set(edit.tables["parties"].field_names) - {key, "note"}
    party = {one: value for one, value in draft.cells.items() if one in party_names}
    cells = {one: value for one, value in draft.cells.items() if one not in party}
    if party and (draft.kind != "organization" or cells.get("kind") != "party"):
        raise Refused(f"only a party has {', '.join(sorted(party))}")
    row = complete(edit, table, cells, draft.kind, given={key})
    row[key] = cells.get(key) or _readable(row.get("country_id", ""), row["name_en"])
    same = [
        other
        for other in edit.rows[name]
        if all(other[one] == row[one] for one in row if one != key)
    ]
    id = same[0][key] if same else row[key]
    if not same:
        _refuse_known_name(edit, table, row, "" if cells.get(key) else key)
        ids.register(edit, id, entity_type)
        edit.rows[name].append(row)
        if row.get("kind") == "party":
            usual = {
                key: id,
                "partyfacts_match": "matched" if party.get("partyfacts_id") else "unchecked",
            }
            edit.rows["parties"].append(
                complete(edit, edit.tables["parties"], usual | party, "party")
            )
    new = not same
    for number, source in enumerate(draft.sources):
        new |= _cite(edit, name, id, source, number, {})
    return Done(id, new)


def _refuse_known_name(edit: Edit, table: Resource, row: Row, key: str) -> None:
    """Refuse a name that another has, unless an id and a note tell the two apart.

    Parties and ministries of two countries may share a name.
    """
    if not key and row["note"]:
        return
    country = row.get("country_id", "")
    for one in ("name_en", "name_zh", "name_native"):
        for hit in _search(edit, row[one], table.name):
            theirs = edit.own_row(table, hit.id).get("country_id", "")
            if hit.rank == 0 and not (country and theirs and country != theirs):
                option = f"--{table.primary_key[0].replace('_', '-')}"
                raise Refused(
                    f"{row[one]} is {hit.id} ({hit.label}) already; if this is another, give it an "
                    f"id with {option} and a --note that tells them apart"
                )


def _readable(country: str, name: str) -> str:
    slug = lookup.fold(name).replace(" ", "-")
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise Refused(f"no id can be made of {name!r}: give one")
    return f"{country.lower()}-{slug}" if country else slug


def _add_source(edit: Edit, draft: Draft) -> Done:
    subject = draft.cells.get(CITES, "")
    if not subject:
        raise Refused(
            f"say with {CITES} which row the source is of: a source that nothing cites is weight"
        )
    ids.refuse_unused(edit, subject)
    known = _known_source(edit, draft.cells)
    table = edit.owner(subject)
    new = _cite(edit, table.name, subject, draft.cells, 0, {})
    id = _known_source(edit, draft.cells) or draft.cells.get("source_id", "")
    return Done(id, new or known is None)


def end_tenure(edit: Edit, who: str, day: str, reason: str, source: Row) -> Done:
    """End a tenure on ``day`` with the source that says so.

    Args:
        who: the tenure's id, or the id or name of a person with one tenure that has not ended.

    Raises:
        Refused: there is no such tenure or several, it has ended otherwise, or the date is none.
    """
    table = edit.tables["tenures"]
    row = _tenure(edit, who)
    id = row["tenure_id"]
    wrong = fault(table.field("end_date"), day)
    if wrong or not day:
        raise Refused(wrong or "an end needs its date")
    _not_after(edit, day, "an end")
    if row["end_date"] not in ("", day):
        raise Refused(
            f"{id} has ended on {row['end_date']}: cite the other date there (add.py source "
            f"--cites {id} --states end_date={day})"
        )
    ended = {"end_date": day, "end_status": "ended"}
    ended |= {"end_reason": canonical.cell(reason)} if reason else {}
    new = any(row[name] != value for name, value in ended.items())
    row.update(ended)
    new |= _cite(edit, "tenures", id, source, 0, {"end_date": day})
    return Done(id, new)


def _tenure(edit: Edit, who: str) -> Row:
    for row in edit.rows["tenures"]:
        if row["tenure_id"] == who:
            return row
    person = resolve(edit, "tenure", who, "people")
    open_ = [
        row
        for row in edit.rows["tenures"]
        if row["person_id"] == person and row["end_status"] != "ended"
    ]
    if not open_:
        raise Refused(f"{person} has no tenure that has not ended")
    if len(open_) > 1:
        raise Refused(f"{person} has several: {', '.join(row['tenure_id'] for row in open_)}")
    return open_[0]


def _cite(edit: Edit, table: str, subject: str, given: Row, number: int, states: Row) -> bool:
    """Cite a source, new or known, for a row and for what it states; False if all that stood there.

    Args:
        states: values that it states unless it says otherwise (``states.FIELD``).
    """
    place = f"source {number + 1}"
    source_id, new = _source(edit, given, place)
    stated = {
        name.removeprefix(STATES): value for name, value in given.items() if name.startswith(STATES)
    }
    row = edit.own_row(edit.tables[table], subject)
    for name in stated:
        if name not in edit.tables[table].field_names:
            raise Refused(f"{place}: {table} has no field {name!r}{_perhaps(name, list(row))}")
    for name, value in {"": "", **states, **stated}.items():
        new |= _citation(edit, place, subject, source_id, given.get(LOCATOR, ""), name, value, row)
    return new


def _citation(
    edit: Edit,
    place: str,
    subject: str,
    source_id: str,
    locator: str,
    name: str,
    value: str,
    row: Row,
) -> bool:
    table = edit.tables["citations"]
    cells = {
        "subject_id": subject,
        "field": name,
        "source_id": source_id,
        "locator": locator,
        "stance": _stance(f"{place}: {subject}", name, value, row) if name else "supports",
        "value_as_stated": value,
    }
    citation = complete(edit, table, cells, place, given={"citation_id"})
    unique = table.schema["uniqueKeys"][0]
    for other in edit.rows["citations"]:
        if all(other[one] == citation[one] for one in unique):
            return False
    citation["citation_id"] = ids.mint(edit, "ci", 1, "citation")[0]
    edit.rows["citations"].append(citation)
    return True


def _stance(place: str, name: str, stated: str, row: Row) -> str:
    """Whether what a source states of a field supports the row's value or contradicts it.

    Raises:
        Refused: the row has no value, or a wider date than the source: then it is to be mended.
    """
    value = row[name]
    if not value:
        raise Refused(f"{place} has no {name}: fill it in first")
    if stated == value:
        return "supports"
    try:
        (first, last), (from_, to) = dates.bounds(stated), dates.bounds(value)
    except ValueError:
        return "contradicts"
    if first <= from_ and to <= last:
        return "supports"
    if from_ <= first and last <= to:
        raise Refused(f"{place} has {name} {value}, wider than {stated}: mend it first")
    return "contradicts"


def _source(edit: Edit, given: Row, place: str) -> tuple[str, bool]:
    """The id of a source, and whether it is a new one."""
    table = edit.tables["sources"]
    cells = {
        name: canonical.cell(value)
        for name, value in given.items()
        if name not in (LOCATOR, CITES) and not name.startswith(STATES)
    }
    known = _known_source(edit, cells)
    if known:
        row = edit.own_row(table, known)
        for name, value in cells.items():
            _known_field(table, name, place)
            if name not in ("source_id", "url") and value and value != row[name]:
                raise Refused(
                    f"{place}: {known} is known with {name} {row[name] or 'blank'!r}, not "
                    f"{value!r}: leave it out, or mend data/sources.csv"
                )
        return known, False
    row = complete(edit, table, cells, place, given={"source_id"})
    for name in ("published", "accessed"):
        _not_after(edit, row[name], f"{place}: {name}")
    id = row["source_id"] or source_id_of(row)
    ids.register(edit, id, "source")
    edit.rows["sources"].append(row | {"source_id": id})
    return id, True


def _known_source(edit: Edit, cells: Row) -> str | None:
    given = cells.get("source_id", "")
    if given and given in edit.ids:
        ids.refuse_unused(edit, given)
        if edit.ids[given]["entity_type"] != "source":
            raise Refused(f"{given} is a {edit.ids[given]['entity_type']}, not a source")
        return given
    names = [name for name in edit.tables["sources"].field_names if cells.get(name)]
    wanted = page(cells["url"]) if cells.get("url") else ""
    for row in edit.rows["sources"]:
        if wanted and row["url"] and page(row["url"]) == wanted:
            return row["source_id"]
        # what is not on the web is known by its title and all else that is given
        titled = "title" in names and not wanted and not row["url"]
        if titled and all(row[one] == cells[one] for one in names):
            return row["source_id"]
    return None


def source_id_of(row: Row) -> str:
    """A new id for a source: the department's items have their number, others a random end."""
    number = item(row["url"])
    host = (urlsplit(row["url"]).hostname or "").removeprefix("www.")
    if number and host in OWN_HOSTS:
        return f"idcpc-t{number[0].replace('-', '')}-{number[1]}"
    name = lookup.fold(host.rpartition(".")[0] or row["publisher"] or row["kind"]).replace(" ", "-")
    name = re.sub("[^a-z0-9-]+", "", name).strip("-") or row["kind"]
    day = re.sub("[^0-9]", "", row["published"])
    end = "".join(secrets.choice(ids.ALPHABET) for _ in range(5))
    return "-".join(part for part in (name, day, end) if part)


def complete(
    edit: Edit,
    table: Resource,
    cells: Row,
    place: str,
    given: Collection[str] = (),
) -> Row:
    """A whole row of a table: names checked, ids found, every field that is required filled.

    Args:
        given: fields that may be blank for now.

    Raises:
        Refused: a field is unknown, missing or wrong, or a name stands for no thing or for several.
    """
    row = dict.fromkeys(table.field_names, "")
    targets = {fields[0]: target for fields, target, _ in table.foreign_keys}
    for name, value in cells.items():
        _known_field(table, name, place)
        row[name] = canonical.cell(value)
        if targets.get(name) in lookup.FIELDS and row[name]:
            row[name] = resolve(edit, f"{place}: {name}", row[name], targets[name])
    missing = [
        one["name"]
        for one in table.fields
        if one.get("constraints", {}).get("required") and not row[one["name"]]
        and one["name"] not in given and one["name"] not in table.primary_key
    ]  # fmt: skip
    if missing:
        raise Refused(f"{place} lacks {', '.join(missing)}")
    for one in table.fields:
        wrong = fault(one, row[one["name"]])
        if wrong:
            raise Refused(f"{place}: {wrong}")
    return row


def fault(field: JSON, value: str) -> str | None:
    """What is wrong with a value of a field by its schema, in one line; None if nothing is."""
    name, limits = field["name"], field.get("constraints", {})
    if not value:
        return None
    codes = limits.get("enum")
    if codes and value not in codes:
        return f"{name} {value!r} is none of {', '.join(codes)}"
    if field["type"] == "boolean" and value not in ("true", "false"):
        return f"{name} {value!r} is neither true nor false"
    if field["type"] == "integer" and not re.fullmatch("[0-9]+", value):
        return f"{name} {value!r} is no whole number"
    if field.get("format") == "uri" and not urlsplit(value).scheme:
        return f"{name} {value!r} is no address such as {field['example']}"
    pattern = limits.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return f"{name} {value!r} is not written as {field['example']}"
    if pattern == dates.PATTERN or name == "accessed":
        try:
            dates.bounds(value)
        except ValueError as error:
            return f"{name} {value!r}: {error}"
    return None


def _known_field(table: Resource, name: str, place: str) -> None:
    if name not in table.field_names:
        raise Refused(
            f"{place}: {table.name} has no field {name!r}{_perhaps(name, table.field_names)}"
        )


def _perhaps(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f" (perhaps {near[0]})" if near else ""


def _not_after(edit: Edit, value: str, what: str) -> None:
    as_of = str(edit.package.descriptor["as_of"])
    if value and dates.bounds(value)[0].isoformat() > as_of:
        raise Refused(
            f"{what} of {value} lies after the day of the data, {as_of}: raise as_of in "
            "datapackage.json first"
        )


def resolve(edit: Edit, place: str, value: str, table: str) -> str:
    """The id in ``table`` that a value is or names."""
    if value == NONE:
        return ""
    key = edit.tables[table].primary_key[0]
    if any(row[key] == value for row in edit.rows[table]):
        return value
    if value in edit.ids:
        ids.refuse_unused(edit, value)
        raise Refused(f"{place}: {value} is a {edit.ids[value]['entity_type']}")
    hits = _search(edit, value, table)
    same = [hit for hit in hits if hit.rank == 0]
    if len(same) == 1:
        edit.told.append(f"{place}: took {same[0].id} ({same[0].label}) for {value}")
        return same[0].id
    if hits:
        proposed = ", ".join(f"{hit.id} ({hit.label})" for hit in hits[:_PROPOSALS])
        more = f" and {len(hits) - _PROPOSALS} more" if len(hits) > _PROPOSALS else ""
        raise Refused(f"{place}: {value!r} is no id; is it {proposed}{more}?")
    kind = next((one for one, (of, _) in KINDS.items() if of == table), None)
    first = f": add it first with add.py {kind}" if kind else ""
    raise Refused(f"{place}: nothing in {table} is called {value!r}{first}")


def _search(edit: Edit, query: str, table: str) -> list[lookup.Hit]:
    try:
        return lookup.search(edit.package, query, table)
    except ValueError:
        return []
