"""The API's documentation as one page rendered here: it works offline, without scripts and without assets of others."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from litestar import MediaType, Response, Router, get
from litestar.openapi.plugins import JsonRenderPlugin, OpenAPIRenderPlugin

from ksbb.api.context import ApiRequest, context
from ksbb.api.openapi import body_types, completed

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
h1{margin-bottom:0}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
code,pre{font:14px/1.45 ui-monospace,monospace}
pre{overflow:auto;background:var(--soft);padding:.75rem;border-radius:.3rem}
details{border:1px solid var(--line);border-radius:.4rem}
details{margin:.4rem 0;padding:.4rem .75rem}
summary{cursor:pointer}summary b{display:inline-block;min-width:4rem}summary span{opacity:.75;margin-left:.6rem}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .5rem;border-top:1px solid var(--line)}
nav{display:flex;flex-wrap:wrap;gap:.2rem .8rem}
"""
CSP = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    + "'"
)


def document_of(request: ApiRequest, derived: Mapping[str, Any]) -> dict[str, Any]:
    """The complete OpenAPI description, made at the first request for it."""
    state = request.app.state
    if "ksbb_openapi" not in state:
        programs = [active.program for active in context(request.app).host.active()]
        state.ksbb_openapi = completed(derived, programs, body_types(request.app))
    document: dict[str, Any] = state.ksbb_openapi
    return document


class CompletedJson(JsonRenderPlugin):
    """Serves the complete description as JSON."""

    def render(self, request: ApiRequest, openapi_schema: dict[str, Any]) -> bytes:
        """The description as JSON."""
        return self.render_json(request, document_of(request, openapi_schema))


class Page(OpenAPIRenderPlugin):
    """Serves the description as a page."""

    def render(self, request: ApiRequest, openapi_schema: dict[str, Any]) -> bytes:
        """The page as HTML in UTF-8."""
        return page(document_of(request, openapi_schema)).encode()


@get("/openapi.json", include_in_schema=False, sync_to_thread=False)
def openapi_json(request: ApiRequest) -> Response[bytes]:
    """The complete OpenAPI 3.1 description."""
    document = document_of(request, request.app.openapi_schema.to_schema())
    return Response(json.dumps(document, default=str).encode(), media_type="application/vnd.oai.openapi+json")


def docs_router() -> Router:
    """Where the page lives. Litestar adds the handlers of the render plugins to it."""
    return Router(
        "/api/v1/docs", route_handlers=[], include_in_schema=False, response_headers={"Content-Security-Policy": CSP}
    )


PLUGINS: list[OpenAPIRenderPlugin] = [
    Page(path="/", media_type=MediaType.HTML),
    CompletedJson(path="/openapi.json", media_type="application/vnd.oai.openapi+json"),  # type: ignore[arg-type]  # a str works
]


def page(document: Mapping[str, Any]) -> str:
    """The documentation as an HTML page."""
    return "".join(_parts(document))


def _parts(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    tags = document.get("tags", [])
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(info["title"])}</title>'
    yield f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
    yield f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield '<p><a href="/api/v1/openapi.json">OpenAPI 3.1 as JSON</a>, to import into any tool.</p>'
    yield "".join(f"<p>{_marked(block)}</p>" for block in info["description"].split("\n\n"))
    yield "<nav>" + "".join(f'<a href="#tag-{escape(tag["name"])}">{escape(tag["name"])}</a>' for tag in tags)
    yield '<a href="#schemas">schemas</a></nav>'
    for tag in tags:
        operations = list(_operations(document, tag["name"]))
        if operations:
            yield f'<h2 id="tag-{escape(tag["name"])}">{escape(tag["name"])}</h2><p>{escape(tag["description"])}</p>'
            yield from operations
    yield '<h2 id="schemas">Schemas</h2>'
    for name, schema in sorted(document["components"]["schemas"].items()):
        shown = escape(json.dumps(schema, indent=2, ensure_ascii=False, default=str))
        yield f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
        yield f"<pre>{shown}</pre></details>"
    yield "</body></html>"


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[str]:
    for path, item in sorted(document["paths"].items()):
        for method, operation in item.items():
            if isinstance(operation, dict) and tag in operation.get("tags", ()):
                yield "".join(_operation(path, method, operation))


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    summary = escape(operation.get("summary") or "")
    yield f'<details id="{escape(operation["operationId"])}"><summary><b>{method.upper()}</b>'
    yield f"<code>{escape(path)}</code><span>{summary}</span></summary>"
    yield f"<p>{_marked(operation.get('description') or '')}</p>"
    parameters = operation.get("parameters") or []
    if parameters:
        yield "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>"
        for one in parameters:
            name = f"<code>{escape(one['name'])}</code>" + (" *" if one.get("required") else "")
            kind, described = _kind(one.get("schema", {})), _marked(one.get("description") or "")
            yield f"<tr><td>{name}</td><td>{one['in']}</td><td>{kind}</td><td>{described}</td></tr>"
        yield "</table>"
    for media_type, content in (operation.get("requestBody") or {}).get("content", {}).items():
        yield f"<p>Body ({escape(media_type)}): {_kind(content.get('schema', {}))}</p>"
    yield "<table><tr><th>Status</th><th></th><th>Body</th></tr>"
    for status, response in operation["responses"].items():
        bodies = ", ".join(_kind(content.get("schema", {})) for content in (response.get("content") or {}).values())
        yield f"<tr><td>{status}</td><td>{escape(response.get('description') or '')}</td><td>{bodies}</td></tr>"
    yield "</table></details>"


def _kind(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}"><code>{name}</code></a>'
    for keyword in ("oneOf", "anyOf"):
        if keyword in schema:
            return " | ".join(_kind(one) for one in schema[keyword])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    if "enum" in schema:
        return "<code>" + escape(" | ".join(map(str, schema["enum"]))) + "</code>"
    return escape(" | ".join(kind) if isinstance(kind, list) else str(kind))


def _marked(text: str) -> str:
    """`code` and **bold** of a description as HTML; everything else is escaped."""
    parts = escape(text).split("`")
    coded = "".join(f"<code>{part}</code>" if position % 2 else part for position, part in enumerate(parts))
    pieces = coded.split("**")
    return "".join(f"<b>{piece}</b>" if position % 2 else piece for position, piece in enumerate(pieces))
