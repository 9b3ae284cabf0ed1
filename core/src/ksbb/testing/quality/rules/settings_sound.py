"""Settings have defaults, and refuse what they don't know."""

from collections.abc import Iterator

from pydantic import ValidationError

from ksbb.testing.quality.model import Flaw, QualityRule, Tier, Waiver
from ksbb.testing.quality.settings import every_model
from ksbb.testing.quality.subject import Subject


def check(subject: Subject) -> Iterator[Flaw]:
    """Defaults of the program's model; what it and the models inside of it do with an unknown key and a change."""
    model = subject.program.settings
    try:
        model()
    except ValidationError as error:
        missing = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
        yield Flaw(
            where=model.__name__,
            expected="a valid default for every setting",
            given=f"none for {missing}",
            remedy="Give each field a default that is right for most",
        )
    for inner in every_model(model):
        allows = [
            words
            for name, wanted, words in (("extra", "forbid", "unknown keys"), ("frozen", True, "changes"))
            if inner.model_config.get(name) != wanted
        ]
        if allows:
            yield Flaw(
                where=inner.__name__,
                expected="settings that are frozen and refuse unknown keys",
                given=f"it allows {' and '.join(allows)}",
                remedy="Derive it from `ProgramSettings`, and leave `model_config` as it is",
            )


RULE = QualityRule(
    id="settings_sound",
    tier=Tier.BRONZE,
    title="Settings have defaults and refuse what they don't know",
    asks="The settings model makes itself without arguments; it and the models inside of it are frozen and refuse unknown keys.",
    why="An operator enables a program with one word, and a misspelt threshold must not pass in silence.",
    waiver=Waiver.NEVER,
    check=check,
)
