"""The only places that write the catalogue and the partners' co-operation, but for a form's own row."""

from programmes.actions.topics import (
    attach_material,
    describe_topic,
    remove_item,
    say_checked,
    withdraw_material,
    write_item,
)

__all__ = ["attach_material", "describe_topic", "remove_item", "say_checked", "withdraw_material", "write_item"]
