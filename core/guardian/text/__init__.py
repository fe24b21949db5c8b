"""Free text of a case, from letters to names, doses and keys."""

from core.guardian.text.names import NameIndex
from core.guardian.text.order import read_order

__all__ = ["NameIndex", "read_order"]
