"""JSON from a model file: read within bounds, or refused with the entry that it stands in."""

from __future__ import annotations

import json
from typing import Any

from core.importers.errors import BrokenFile, RepeatedEntry, TooDeep
from core.importers.limits import Limits


def parse_json(text: bytes | str, *, entry: str, limits: Limits) -> Any:
    """What a JSON text of the file says.

    Raises HeaderTooLong and TooDeep for one beyond the limits, RepeatedEntry where an object has
    a name twice, BrokenFile where it is no JSON.
    """
    limits.check_header(len(text), entry=entry)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        # Two entries of one name would let two programs read two models.
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                raise RepeatedEntry(entry=f"{entry}/{name}")
            found[name] = value
        return found

    try:
        # Decoded here: json would guess at UTF-16, and strip a mark that does not belong there.
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        parsed = json.loads(decoded, object_pairs_hook=once)
    except RecursionError as error:  # which depends on the Python; the limit does not
        raise TooDeep(entry=entry, limit=limits.depth) from error
    except RepeatedEntry:
        raise
    except ValueError as error:
        raise BrokenFile(entry=entry, why=f"it is no JSON text ({error})") from error
    _check_depth(parsed, entry=entry, limits=limits)
    return parsed


def _check_depth(parsed: Any, *, entry: str, limits: Limits) -> None:
    level, depth = [parsed], 0
    while level:
        limits.check_depth(depth, entry=entry)
        depth += 1
        inside: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inside += value.values()
            elif isinstance(value, list):
                inside += value
        level = inside
