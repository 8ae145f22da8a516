"""Files over HTTP: one goes in as multipart, and comes out through a short signed link."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.registry.errors import FileUnknown, answers
from services.registry.files import actions, queries
from services.registry.files.house import Links, Store, Vault
from services.registry.files.schemas import FileSeen
from shared.edge import Now, Reading, Reads, Writing
from shared.files import ReferenceRefused
from shared.identity import SignedIn
from shared.problems import Malformed, MediaUnsupported, TooLarge
from shared.uploads import NO_SHOT, Checked, FileRefused, Received, UploadRoute, checked


class CheckedRoute(UploadRoute):
    """Checks the file, too, before the write begins: a picture takes seconds to make anew."""

    async def look_at(self, request: Request, file: Received) -> None:
        request.scope["linli.checked"] = await checked(file.content)


def _checked(request: Request) -> Checked:
    found: Checked = request.scope["linli.checked"]
    return found


router = APIRouter(prefix="/v1/files", tags=["registry"], route_class=CheckedRoute)
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "application/octet-stream",
                            "description": "JPEG, PNG, WebP, HEIC or PDF; 10 MiB and fifty million pixels at most.",
                        }
                    },
                },
                "example": {"file": "(the bytes of lamp.jpg)"},
            }
        },
    }
}


@router.post(
    "",
    status_code=201,
    operation_id="upload_file",
    summary="Upload a file",
    openapi_extra=BODY,
    responses=answers(FileRefused, TooLarge, MediaUnsupported, Malformed),
)
async def upload_file(
    db: Writing,
    actor: SignedIn,
    vault: Vault,
    store: Store,
    links: Links,
    file: Annotated[Checked, Depends(_checked)],
    now: Now,
    keep_place: Annotated[bool, Query(description="Keep where and when the picture was taken.")] = False,
) -> FileSeen:
    """Store one file. It is known by its content; a picture is made anew from its pixels, without EXIF."""
    kept = file if keep_place else replace(file, shot=NO_SHOT)
    return FileSeen.of(await actions.upload_file(db, vault, store, actor.subject, kept, now), links, now)


@router.get("/{file_id}", operation_id="get_file", summary="See a file of your own", responses=answers(FileUnknown))
async def get_file(db: Reading, actor: SignedIn, vault: Vault, links: Links, file_id: UUID, now: Now) -> FileSeen:
    """What is known of a file, with a fresh link and a fresh reference. Only for the one who uploaded it."""
    return FileSeen.of(await queries.own_file(db, vault, actor.subject, file_id), links, now)


CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The content.",
        "content": {
            kind: {"schema": {"type": "string", "contentMediaType": kind}, "example": "(bytes)"}
            for kind in ("image/jpeg", "image/png", "image/webp", "application/pdf")
        },
    }
}


@router.get(
    "/{file_id}/content",
    operation_id="get_file_content",
    summary="Fetch a file by its link",
    response_class=Response,
    responses=CONTENT | answers(FileUnknown, ReferenceRefused),
)
async def get_file_content(
    db: Reads,
    vault: Vault,
    store: Store,
    links: Links,
    file_id: UUID,
    token: Annotated[str, Query(max_length=600, description="The link's own token.")],
    now: Now,
) -> Response:
    """The bytes behind a link of ten minutes. No sign-in is asked: the link is the right to see it."""
    links.check_link(token, file_id, now)
    return _sent(await queries.content_of(db, vault, store, file_id), file_id)


def _sent(found: queries.Content, file_id: UUID) -> Response:
    """Shown as what it is and nothing else: no guessing, no script, no frame, no shared cache."""
    ending = found.kind.rsplit("/", 1)[1].replace("jpeg", "jpg")
    manner = "attachment" if ending == "pdf" else "inline"
    headers = {
        "Content-Disposition": f'{manner}; filename="{file_id}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": "private, max-age=600",
        "ETag": f'"{found.sha256}"',
    }
    return Response(found.content, headers=headers, media_type=found.kind)
