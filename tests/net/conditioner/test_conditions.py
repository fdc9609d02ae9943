"""Networks by name and as a spec: what is meant is understood, and what is wrong is named."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.conditioner import link
from net.conditioner.conditions import PERFECT, PROFILES, Conditions, ConditionsError, parse_conditions

quick = settings(derandomize=True, deadline=None, max_examples=200)
NAMES = "lan, wifi, 4g, transatlantic, satellite, train"

GOOD: dict[str, Conditions] = {
    "latency=0": PERFECT,
    "latency=120": Conditions(latency=0.06),
    " latency = 120 , jitter = 30 ": Conditions(latency=0.06, jitter=0.03),
    "LATENCY=120,Loss=1%": Conditions(latency=0.06, loss=0.01),
    "jitter=2.5": Conditions(jitter=0.0025),
    "loss=0%": PERFECT,
    "loss=0.25%": Conditions(loss=0.0025),
    "stall=400@2%": Conditions(stall=0.4, stall_every=50),
    "stall=400@100%": Conditions(stall=0.4, stall_every=1),
    "stall=400@3%": Conditions(stall=0.4, stall_every=33),
    "rate=256k": Conditions(rate=32_000),
    "rate=1.5M": Conditions(rate=187_500),
    "rate=1G": Conditions(rate=125e6),
    "rate=8000": Conditions(rate=1000),
    "outage=1-3@20": Conditions(outage=(1.0, 3.0), outage_every=20.0),
    "outage=0.5-0.5@2.5": Conditions(outage=(0.5, 0.5), outage_every=2.5),
    "latency=120,jitter=30,stall=400@2%,rate=256k": Conditions(
        latency=0.06, jitter=0.03, stall=0.4, stall_every=50, rate=32_000
    ),
    "outage=1-3@20,rate=1M,loss=1%,jitter=30,latency=80": PROFILES["train"],
}


@pytest.mark.parametrize(("text", "meant"), GOOD.items(), ids=GOOD)
def test_what_people_type_is_understood(text: str, meant: Conditions) -> None:
    assert parse_conditions(text) == meant


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_goes_by_its_name_and_can_be_written_as_a_spec(name: str) -> None:
    assert parse_conditions(name) == parse_conditions(f" {name.upper()}\n") == PROFILES[name]
    spec = str(PROFILES[name])
    assert "=" in spec
    assert str(parse_conditions(spec)) == spec
    assert parse_conditions(spec).round_trip == pytest.approx(PROFILES[name].round_trip)


def test_the_profiles_are_those_that_are_promised() -> None:
    assert {name: str(profile) for name, profile in PROFILES.items()} == {
        "lan": "latency=1,jitter=0.3,rate=1G",
        "wifi": "latency=12,jitter=6,loss=0.3%,rate=20M",
        "4g": "latency=60,jitter=15,loss=0.5%,rate=5M",
        "transatlantic": "latency=110,jitter=4,loss=0.1%,rate=20M",
        "satellite": "latency=600,jitter=25,loss=1%,rate=2M",
        "train": "latency=80,jitter=30,loss=1%,rate=1M,outage=1-3@20",
    }


specs = st.builds(
    lambda latency, rest: ",".join([f"latency={latency:g}", *(part for part in rest if part)]),
    st.integers(0, 10_000),
    st.tuples(
        st.sampled_from(["", "jitter=0.5", "jitter=30", "jitter=5000"]),
        st.integers(0, 50).map(lambda share: f"loss={share}%" if share else ""),
        st.integers(1, 60_000).map(lambda ms: f"stall={ms}@2%"),
        st.integers(1, 999).map(lambda rate: f"rate={rate}k"),
        st.sampled_from(["", "outage=1-3@20", "outage=0.25-2@9.5"]),
    ),
)


@quick
@given(specs)
def test_a_spec_that_is_read_and_written_and_read_is_the_same(spec: str) -> None:
    assert str(parse_conditions(spec)) == spec
    assert parse_conditions(str(parse_conditions(spec))) == parse_conditions(spec)


# What is typed, and what the message must say: the wrong part, and what is possible instead.
BAD: dict[str, tuple[str, ...]] = {
    "": ("type a profile's name, or a spec such as latency=120",),
    " \t": ("type a profile's name",),
    "5g": ("'5g' is neither a profile nor a part of a spec", "NAME=VALUE"),
    "4g,loss=1%": ("'4g' is neither a profile nor a part of a spec",),
    "latency=120,": ("a part is empty", "separated by commas"),
    ",latency=120": ("a part is empty",),
    "latency=120;jitter=30": ("'120;jitter=30' is no latency",),
    "ping=120": ("'ping' is nothing that a network has", "latency, jitter, loss, stall, rate, outage are"),
    "=120": ("'' is nothing that a network has",),
    "latency=1,latency=2": ("latency is there twice", "'latency=2' is too much"),
    "latency=": ("'' is no latency", "0 to 10000, such as latency=120"),
    "latency=fast": ("'fast' is no latency", "round trip in milliseconds"),
    "latency=120ms": ("'120ms' is no latency",),
    "latency=-1": ("'-1' is no latency",),
    "latency=10001": ("'10001' is no latency", "0 to 10000"),
    "latency=1e3": ("'1e3' is no latency",),
    "latency=nan": ("'nan' is no latency",),
    "latency=1_0": ("'1_0' is no latency",),
    "latency=١٢": ("'١٢' is no latency",),
    "latency=²": ("'²' is no latency",),
    "latency=" + "9" * 400: ("is no latency", "0 to 10000"),
    "jitter=5001": ("'5001' is no jitter", "0 to 5000, such as jitter=30"),
    "jitter=.": ("'.' is no jitter",),
    "loss=1": ("'1' is no loss", "0% to 50%, such as loss=1%"),
    "loss=%": ("'%' is no loss",),
    "loss=51%": ("'51%' is no loss", "0% to 50%"),
    "loss=0.01": ("'0.01' is no loss",),
    "stall=400": ("'400' is no stall", "such as stall=400@2%"),
    "stall=400@2": ("'400@2' is no stall",),
    "stall=400@0%": ("'400@0%' is no stall",),
    "stall=400@0.00000001%": ("is no stall",),
    "stall=@2%": ("'@2%' is no stall",),
    "stall=400@101%": ("'400@101%' is no stall", "up to 100%"),
    "stall=60001@1%": ("'60001@1%' is no stall", "0 to 60000"),
    "rate=fast": ("'fast' is no rate", "such as rate=256k"),
    "rate=0": ("'0' is no rate", "1k to 100G"),
    "rate=999": ("'999' is no rate",),
    "rate=256kB": ("'256kb' is no rate", "bits a second"),
    "rate=101G": ("'101g' is no rate", "1k to 100G"),
    "outage=3": ("'3' is no outage", "such as outage=1-3@20"),
    "outage=1-3": ("'1-3' is no outage",),
    "outage=3-1@20": ("'3-1@20' is no outage", "least and most seconds"),
    "outage=0-1@20": ("'0-1@20' is no outage",),
    "outage=1-20@20": ("'1-20@20' is no outage", "more than that"),
    "outage=1-3@0": ("'1-3@0' is no outage",),
    "outage=1-3@86401": ("'1-3@86401' is no outage",),
}


@pytest.mark.parametrize(("text", "said"), BAD.items(), ids=[text[:40] for text in BAD])
def test_what_is_wrong_is_named_with_what_is_possible_and_the_profiles(text: str, said: tuple[str, ...]) -> None:
    with pytest.raises(ConditionsError) as caught:
        parse_conditions(text)
    message = str(caught.value)
    assert all(part in message for part in said), message
    assert message.endswith(f"; profiles are {NAMES}")


@quick
@given(st.text(max_size=40) | st.text(alphabet="latencyjirossu=,@-%0123456789.kMG", max_size=40))
def test_anything_else_is_understood_or_refused_and_never_fails_otherwise(text: str) -> None:
    try:
        outcome: Conditions | str = parse_conditions(text)
    except ConditionsError as error:
        outcome = str(error)
    assert isinstance(outcome, Conditions) or NAMES in outcome


def test_a_conditions_error_is_a_value_error_and_conditions_stay_as_they_are() -> None:
    assert issubclass(ConditionsError, ValueError)
    with pytest.raises(FrozenInstanceError):
        PERFECT.latency = 1.0  # type: ignore[misc]


def test_who_imports_conditions_from_the_link_gets_the_same() -> None:
    assert link.Conditions is Conditions
    assert link.PERFECT is PERFECT
