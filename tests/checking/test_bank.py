"""The bank of mistakes: what is written down comes out as it was meant, in its order."""

import pytest

from utils.checking import Bank, paragraphs

mistakes = Bank()


@mistakes.mistake(3.0, describe=str)
def twice_as_much(x):
    """
    You double {input}, which gives {output}.
    Why?
    """
    return 2 * x


twice_as_much.also(lambda x: x + x)


@twice_as_much.also
def by_a_loop(x):
    return sum(x for _ in range(2))


mistakes.add("mean over m·K", f"A sum of {1 + 1} terms.", 2.0, 3.0)


def test_a_mistake_is_its_code_and_its_docstring():
    assert twice_as_much.name == "twice as much"
    assert twice_as_much.explanation == "You double {input}, which gives {output}. Why?"
    assert twice_as_much.example == (3.0,)
    assert twice_as_much(2) == 4
    assert [sample(2) for sample in twice_as_much.samples] == [4, 4, 4]
    assert by_a_loop(2) == 4, "a decorated sample stays a function"


def test_order_is_that_of_the_text():
    assert [mistake.name for mistake in mistakes] == ["twice as much", "mean over m·K"]
    assert mistakes[1].samples == (2.0, 3.0)


def test_two_mistakes_of_one_name_are_refused():
    bank = Bank()
    bank.add("no shift", "One.")
    with pytest.raises(ValueError, match="two mistakes with the name 'no shift'"):
        bank.add("no shift", "Two.")


def test_paragraphs_are_told_apart_by_blank_lines():
    hints = paragraphs("""
        The first
        of two.

        The second.
    """)
    assert hints == ("The first of two.", "The second.")
