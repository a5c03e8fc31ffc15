"""The only places that write the catalogue and the partners' co-operation."""

from programmes.actions.content import (
    add_item,
    add_row,
    change_item,
    change_row,
    remove_item,
    say_checked,
)
from programmes.actions.topics import attach_material, change_topic, describe_topic, withdraw_material

__all__ = [
    "add_item",
    "add_row",
    "attach_material",
    "change_item",
    "change_row",
    "change_topic",
    "describe_topic",
    "remove_item",
    "say_checked",
    "withdraw_material",
]
