"""The OpenAPI description: what Litestar derives from the handlers, completed by problems and the programs' own schemas."""

import copy
from collections.abc import Iterator
from typing import Any

from litestar import Litestar
from litestar._openapi.plugin import OpenAPIPlugin
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.openapi.spec.schema import Schema
from litestar.plugins.core._msgspec import kwarg_definition_from_field
