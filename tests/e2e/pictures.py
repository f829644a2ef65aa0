"""Files that customers send, made on the spot."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw


def screenshot(width: int = 540, height: int = 960, lines: int = 5) -> bytes:
    """A PNG that looks like the screen of a telephone without a network; with other `lines` it is another one."""
    image = Image.new("RGB", (width, height), "#f4f6fa")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, height // 12), fill="#1f4fbf")
    for bar in range(4):
        draw.rectangle((40 + 40 * bar, 300 - 30 * bar, 65 + 40 * bar, 320), fill="#d7dce6")
    draw.line((30, 340, 230, 180), fill="#c62828", width=12)
    for line in range(lines):
        draw.rectangle((40, 420 + 60 * line, width - 60 - 70 * (line % 3), 440 + 60 * line), fill="#c3cad9")
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def executable() -> bytes:
    """The head of a Windows program: its DOS stub and `PE` signature."""
    return b"MZ" + bytes(58) + (128).to_bytes(4, "little") + bytes(64) + b"PE\0\0" + bytes(512)
