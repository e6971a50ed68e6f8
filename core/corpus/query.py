"""Which steps and texts have this token, label, answer or error? SQL over the tables, shown.

DuckDB reads the Parquet where it lies; nothing is imported, and nothing of DuckDB is kept, so what
is recorded outlives it: any reader of Parquet will do. The statement is plain SQL that works in
DuckDB's own shell, started in the corpus's folder. Not chosen: SQLite, which reads no Parquet, so
that every corpus would be stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from core.corpus.errors import NotACorpus
from core.corpus.recorded import Corpus

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Wanted:
    """What steps are asked for; what is "" or None is not asked about.

    `token` as it is written, `known` by its normal spelling whatever the case; `cls` is a class
    that the source gave its tokens; `wrong` whether the answer to the text is; `bits` how many a
    token has to cost the model at least.
    """

    token: str = ""
    any_case: bool = True
    label: str = ""
    answer: str = ""
    cls: str = ""
    wrong: bool | None = None
    bits: float | None = None
    annotation: str = ""
    annotated: str = ""


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def statement(corpus: Corpus, wanted: Wanted, *, most: int = 200) -> str:
    """The SQL that answers. Names of files are those in the corpus's folder."""
    corpus.checked()
    columns = ["t.step", "t.text", "t.position", "t.token", "x.name", "x.label"]
    tables = [f"FROM {_table('tokens')} AS t", f"JOIN {_table('texts')} AS x ON x.text = t.text"]
    where = [f"t.step < {corpus.steps}"]
    if (corpus.folder / "outcomes").is_dir():
        columns += ["o.answer", "o.score", "o.wrong"]
        tables.append(f"JOIN {_table('outcomes')} AS o ON o.text = t.text")
    if (corpus.folder / "answers").is_dir():
        columns += ["a.answer", "a.score", "a.bits"]
        tables.append(f"JOIN {_table('answers')} AS a ON a.step = t.step")
    table = "o" if (corpus.folder / "outcomes").is_dir() else "a"
    if wanted.token:
        match = "lower(t.token) = lower({})" if wanted.any_case else "t.token = {}"
        where.append(match.format(quoted(wanted.token)))
    if wanted.label:
        where.append(f"x.label = {quoted(wanted.label)}")
    if wanted.cls:
        where.append(f"t.class = {quoted(wanted.cls)}")
    if wanted.answer:
        where.append(f"{table}.answer = {quoted(wanted.answer)}")
    if wanted.wrong is not None:
        where.append(f"o.wrong = {str(wanted.wrong).lower()}")
    if wanted.bits is not None:
        where.append(f"a.bits >= {float(wanted.bits)!r}")
    if wanted.annotation:
        file = quoted(f"annotations/{wanted.annotation}.parquet")
        here = "coalesce(n.position, t.position) = t.position"
        tables.append(f"JOIN {file} AS n ON n.text = t.text AND {here}")
        columns.append("n.label AS annotation")
        if wanted.annotated:
            where.append(f"n.label = {quoted(wanted.annotated)}")
    order = "a.bits DESC NULLS LAST, t.step" if wanted.bits is not None else "t.step"
    return "\n".join(
        [
            f"SELECT {', '.join(columns)}",
            *tables,
            "WHERE " + "\n  AND ".join(where),
            f"ORDER BY {order}",
            f"LIMIT {int(most)}",
        ]
    )


def _table(name: str) -> str:
    return quoted(f"{name}/*.parquet")


def ask(corpus: Corpus, sql: str) -> pd.DataFrame:
    """What a statement answers, as a table. Raises NotACorpus where files are damaged or gone."""
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"SET file_search_path = {quoted(str(corpus.folder.resolve()))}")
            connection.execute("SET memory_limit = '1GB'")
            return connection.execute(sql).df()
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        raise NotACorpus(folder=corpus.folder, why=why) from error


def counts_of(corpus: Corpus, column: str) -> Mapping[str, int]:
    """How often each value of a column of the tokens comes, among the steps recorded."""
    return _counts(corpus.folder, column, corpus.steps)


@cache
def _counts(folder: Path, column: str, steps: int) -> Mapping[str, int]:
    sql = f'SELECT "{column}" AS name, count(*) AS n FROM {_table("tokens")}'
    table = ask(Corpus.open(folder), f"{sql} WHERE step < {steps} GROUP BY 1")
    return dict(zip(table["name"], map(int, table["n"]), strict=True))
