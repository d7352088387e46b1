"""What a file is, by its first bytes; its name and its suffix are no evidence. Reads bytes, decodes nothing."""

from enum import StrEnum

HEAD_BYTES = 1024
"""How much of a file is looked at."""


class Format(StrEnum):
    """The six formats that the door accepts."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    AVIF = "AVIF"
    GIF = "GIF"
    TIFF = "TIFF"

    @property
    def mime(self) -> str:
        """Its media type."""
        return f"image/{self.lower()}"


_ACCEPTED = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\0", Format.TIFF),
    (b"MM\0*", Format.TIFF),
    (b"II+\0", Format.TIFF),
    (b"MM\0+", Format.TIFF),
)

_REFUSED = (
    (b"BM", "BMP"),
    (b"%PDF", "PDF"),
    (b"8BPS", "Photoshop"),
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\1\0", "an icon"),
    (b"\x76\x2f\x31\x01", "OpenEXR"),
    (b"#?RADIANCE", "Radiance HDR"),
    (b"SIMPLE  =", "FITS"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def sniff(head: bytes) -> Format | str:
    """The accepted format of a file that begins with `head`, or in a word or two what else it seems to be.

    >>> sniff(b"GIF89a..."), sniff(b"%PDF-1.7")
    (<Format.GIF: 'GIF'>, 'PDF')
    """
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12])
    if head[:4] == b"II*\0" and head[8:10] == b"CR":
        return "a camera's raw file"
    for magic, format in _ACCEPTED:
        if head.startswith(magic):
            return format
    for magic, kind in _REFUSED:
        if head.startswith(magic):
            return kind
    return _text(head)


def _iso_media(brand: bytes) -> Format | str:
    """Files in boxes: AVIF, HEIC, JPEG XL and films differ by the brand alone."""
    if brand in (b"avif", b"avis"):
        return Format.AVIF
    if brand in _HEIC_BRANDS:
        return "HEIC"
    return "a camera's raw file" if brand == b"crx " else "a video"


def _text(head: bytes) -> str:
    lowered = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if b"<svg" in lowered:
        return "SVG"
    if lowered.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "text" if head and _is_text(head) else "an unknown kind"


def _is_text(head: bytes) -> bool:
    try:
        # A character may be cut at the end of the head, so only what comes before it is judged.
        words = head[:-4].decode("utf-8") if len(head) == HEAD_BYTES else head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in words)
