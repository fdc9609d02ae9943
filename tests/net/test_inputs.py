"""What players can ask for, packed into one integer and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.inputs import REWIND_STEPS, Axis, Button, Inputs, InputState

THROW = Button("throw", "Throw", ("mouse left",))
AIM = Axis("aim", 0, 255)


@given(st.integers(0, 3), st.integers(-9, 300), st.integers(-9, 40), st.integers(-9, 200))
def test_what_is_packed_comes_back_with_values_within_their_ranges(
    buttons: int, aim: int, power: int, lag: int
) -> None:
    inputs = Inputs((THROW, Button("duck", "Duck")), (AIM, Axis("power", -4, 30)), rewinds=True)
    packed = inputs.pack(buttons, {"aim": aim, "power": power}, lag)
    expected = min(max(aim, 0), 255), min(max(power, -4), 30)
    assert inputs.unpack(packed) == InputState(buttons, expected, min(max(lag, 0), REWIND_STEPS - 1))
    assert 0 <= packed < inputs.size


@pytest.mark.parametrize("packed", [-1, 512, 1 << 60])
def test_an_integer_that_is_no_action_is_refused(packed: int) -> None:
    with pytest.raises(ValueError, match=f"action {packed} of 512"):
        Inputs((THROW,), (AIM,)).unpack(packed)


def test_a_game_without_buttons_has_one_action_alone() -> None:
    assert Inputs().silent
    assert Inputs(dash=True).size == 1
    assert Inputs().pack(0, {}) == 0


def test_what_cannot_be_declared_is_named() -> None:
    with pytest.raises(ValueError, match="names of their own: throw, throw"):
        Inputs((THROW, THROW))
    with pytest.raises(ValueError, match="axis aim goes from 3 to 3: make it a range"):
        Inputs(axes=(Axis("aim", 3, 3),))
    with pytest.raises(ValueError, match="narrow an axis"):
        Inputs(axes=(Axis("x", -(1 << 30), 1 << 30, "x"), Axis("y", -(1 << 30), 1 << 30, "y")))


def test_a_button_is_found_by_its_name() -> None:
    inputs = Inputs((THROW, Button("duck", "Duck")))
    assert (inputs.bit("throw"), inputs.bit("duck")) == (1, 2)
    with pytest.raises(KeyError):
        inputs.bit("jump")
