from __future__ import annotations

from typing import Literal

import pytest

from core.training.errors import UnknownSetting, WrongSetting
from core.training.settings import setting, settings
from core.training.sources.source import Options, at_least, either, given, ordered


@settings
class Few(Options):
    name: str = ""
    other: str = "given"
    count: int = setting(3, low=1, high=9)
    most: int | None = setting(None, low=2, high=5)
    share: float = setting(0.5, low=0.0, high=1.0)
    side: Literal["pre", "post"] = "pre"
    flag: bool = False


def test_what_is_not_written_keeps_its_default():
    assert Few.read({}) == Few()
    read = Few.read({"count": 9, "most": 2, "share": 1, "side": "post", "flag": True, "name": "a"})
    assert read == Few(name="a", count=9, most=2, share=1, side="post", flag=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("count", 0, "from 1 to 9"),
        ("count", 10, "from 1 to 9"),
        ("count", 2.5, "a whole number"),
        ("count", True, "a whole number"),
        ("count", None, "a whole number"),
        ("count", "3", "a whole number"),
        ("most", 1, "from 2 to 5"),
        ("most", "all", "a whole number or None"),
        ("share", 1.5, "from 0.0 to 1.0"),
        ("share", float("nan"), "from 0.0 to 1.0"),
        ("share", False, "a number"),
        ("side", "both", "'pre' or 'post'"),
        ("side", ["pre"], "'pre' or 'post'"),
        ("flag", 1, "true or false"),
        ("name", 7, "a text"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_would_do(name, value, expected):
    with pytest.raises(WrongSetting) as caught:
        Few.read({name: value})
    assert caught.value.facts["setting"] == f"data.options.{name}"
    assert caught.value.facts["expected"] == expected


def test_an_unknown_option_is_named_with_those_there_are():
    with pytest.raises(UnknownSetting, match=r"data\.options\.lenght.*count, most"):
        Few.read({"lenght": 3})


def test_what_follows_from_other_options():
    few = Few(count=4, most=3)
    with pytest.raises(WrongSetting, match=r"most.*at least 4, which is 'count'"):
        ordered(few, "count", "most")
    ordered(few, "most", "count")
    with pytest.raises(WrongSetting, match="at least 5"):
        at_least(few, "count", 5)
    at_least(few, "count", 4)
    with pytest.raises(WrongSetting, match="empty"):
        given(few, "name")
    given(few, "other")
    either(few, "name", "other")
    with pytest.raises(WrongSetting, match="given as well"):
        either(Few(name="a"), "name", "other")
    with pytest.raises(WrongSetting, match="or 'name' given"):
        either(Few(other=""), "name", "other")
