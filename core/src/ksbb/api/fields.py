"""The types of fields that many bodies share, with the limits of the columns behind them."""

from typing import Annotated

from litestar.params import QueryParameter
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=36, description="Id of a record (UUIDv7).")]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Office = Annotated[
    str, Meta(max_length=200, description="Contact of an office, such as its telephone; never a private one.")
]
Note = Annotated[str, Meta(max_length=2000)]
Reason = Annotated[str, Meta(max_length=2000, description="Why, for the record.")]
Quantity = Annotated[int, Meta(ge=1, le=10**12, description="Whole units of the aid type.")]
Whole = Annotated[int, Meta(ge=0, le=10**12, description="Whole units, zero allowed.")]
AreaCode = Annotated[
    str,
    Meta(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$", description="Kemendagri code.", examples=["31.71.06.1002"]),
]

CodeFilter = Annotated[str | None, QueryParameter(max_length=40)]
IdFilter = Annotated[str | None, QueryParameter(max_length=36)]
AreaFilter = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$",
        description="Kemendagri code; what lies in this area, the area included.",
    ),
]
