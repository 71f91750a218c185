"""Makes pictures of every kind that the guests decode, and what Pillow makes of each.

    python3 pictures.py FOLDER [JPEGS]

Prints one line of JSON: for each picture its file, its size and the largest difference of a sample that
is right, and the same on average. Beside FILE stands FILE.rgb: the upright picture over white, three bytes a pixel. Numbers are the same
each time. Of the files in the folder JPEGS, those that Pillow decodes are copied.
"""

import io
import json
import random
import struct
import sys
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageOps

WIDTH, HEIGHT = 67, 45
ORIENTATION = 0x0112
folder = Path(sys.argv[1])
numbers = random.Random(7)
made = []


def scene(mode="RGBA"):
    """Slopes, edges and noise; transparent at the left, opaque at the right."""
    picture = Image.new("RGBA", (WIDTH, HEIGHT))
    for y in range(HEIGHT):
        for x in range(WIDTH):
            inside = (x - 30) ** 2 + (y - 20) ** 2 < 150
            noise = numbers.randrange(12)
            colour = (200 - noise, 3 * y, 40) if inside else (3 * x, 5 * y, 120 + noise)
            opacity = 0 if x < 8 else 255 if x > 40 else 7 * (x - 8)
            picture.putpixel((x, y), (*colour, opacity))
    return picture.convert("RGB").convert(mode) if mode in ("L", "P", "1", "RGB") else picture.convert(mode)


def over_white(picture):
    picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):
        # Pillow would clip 16 bits: the upper eight are what is seen.
        picture = picture.point(lambda value: value / 256).convert("L")
    picture = picture.convert("RGB" if picture.mode == "CMYK" else "RGBA").convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def add(name, content, tolerance=0, mean=1):
    """A file, and what it shows."""
    (folder / name).write_bytes(content)
    picture = Image.open(io.BytesIO(content))
    picture.seek(0)
    expected = over_white(picture)
    (folder / f"{name}.rgb").write_bytes(expected.tobytes())
    size = {"width": expected.width, "height": expected.height}
    made.append({"file": name, **size, "tolerance": tolerance, "mean": mean})


def saved(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(tag):
    exif = Image.Exif()
    exif[ORIENTATION] = tag
    return exif


# PNG: every colour type and depth, plain and interlaced, which Pillow does not write.

PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(colour_type, depth, samples, channels, interlaced, extra=b""):
    """`samples(x, y)` are a pixel's."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    def row(y, columns):
        values = [value for x in columns for value in samples(x, y)]
        bits = "".join(f"{value:0{depth}b}" for value in values)
        bits += "0" * (-len(bits) % 8)
        return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))

    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    raw = bytearray()
    for left, top, across, down in passes:
        columns = range(left, WIDTH, across)
        previous = bytes(len(row(0, columns))) if columns else b""
        for number, y in enumerate(range(top, HEIGHT, down)):
            if columns:
                current = row(y, columns)
                kind = number % 3  # none, the pixel to the left, the one above
                step = max(1, channels * depth // 8)
                base = {0: bytes(len(current)), 1: bytes(step) + current[:-step], 2: previous}[kind]
                raw.append(kind)
                raw += bytes((a - b) % 256 for a, b in zip(current, base))
                previous = current
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, colour_type, 0, 0, interlaced)
    compressed = zlib.compress(bytes(raw))
    half = len(compressed) // 2
    data = chunk(b"IDAT", compressed[:half]) + chunk(b"IDAT", compressed[half:])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + data + chunk(b"IEND", b"")


def chunk_of(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pngs():
    rgba = scene()
    pixels = rgba.load()
    palette = bytes(numbers.randrange(256) for _ in range(3 * 256))
    opacities = bytes(numbers.randrange(256) for _ in range(200))
    for interlaced in (0, 1):
        for depth in (1, 2, 4, 8, 16):
            most = 2**depth - 1

            def scaled(value, depth=depth, most=most):
                return value * most // 255 if depth <= 8 else 256 * value + numbers.randrange(256)

            name = f"{'interlaced-' if interlaced else ''}{depth}.png"
            # Pillow takes a 16-bit grey key of transparency otherwise.
            add(f"grey-{name}", png(0, depth, lambda x, y: [scaled(pixels[x, y][0])], 1, interlaced))
            if depth <= 8:
                index = lambda x, y, most=most: [(x * 3 + y) % (most + 1)]
                colours = chunk_of(b"PLTE", palette[: 3 * (most + 1)])
                add(f"palette-{name}", png(3, depth, index, 1, interlaced, colours))
                opacity = chunk_of(b"tRNS", opacities[: min(most + 1, 200)])
                add(f"palette-alpha-{name}", png(3, depth, index, 1, interlaced, colours + opacity), 1)
            # Pillow compares the key with scaled samples.
            if depth in (1, 8):
                key = chunk_of(b"tRNS", struct.pack(">H", most // 2))
                add(f"grey-key-{name}", png(0, depth, lambda x, y: [scaled(pixels[x, y][0])], 1, interlaced, key))
            if depth >= 8:
                colours = lambda x, y: [scaled(value) for value in pixels[x, y][:3]]
                add(f"rgb-{name}", png(2, depth, colours, 3, interlaced))
                add(f"rgba-{name}", png(6, depth, lambda x, y: [scaled(value) for value in pixels[x, y]], 4, interlaced), 1)
                both = lambda x, y: [scaled(pixels[x, y][1]), scaled(pixels[x, y][3])]
                add(f"grey-alpha-{name}", png(4, depth, both, 2, interlaced), 1)
    key = chunk_of(b"tRNS", struct.pack(">HHH", *pixels[50, 30][:3]))
    add("rgb-key.png", png(2, 8, lambda x, y: pixels[x, y][:3], 3, 0, key))
    for tag in range(1, 9):
        add(f"turned-{tag}.png", saved(scene("RGB"), "PNG", exif=turned(tag)))
    add("optimized.png", saved(scene("P"), "PNG", optimize=True))
    frames = [scene("RGB"), scene("RGB").rotate(180)]
    add("animated.png", saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100))


def webps():
    for name, mode in (("rgb", "RGB"), ("rgba", "RGBA")):
        add(f"lossless-{name}.webp", saved(scene(mode), "WEBP", lossless=True), 1)
        for quality in (5, 80, 100):
            add(f"lossy-{name}-{quality}.webp", saved(scene(mode), "WEBP", quality=quality), 3)
        add(f"alpha-lossy-{name}.webp", saved(scene(mode), "WEBP", quality=70, alpha_quality=20), 3)
    for colours in (2, 4, 16, 200):
        few = scene("RGB").quantize(colours).convert("RGB")
        add(f"lossless-{colours}-colours.webp", saved(few, "WEBP", lossless=True), 0)
    for tag in range(1, 9):
        add(f"turned-{tag}.webp", saved(scene("RGB"), "WEBP", lossless=True, exif=turned(tag)))
    for lossless in (False, True):
        for mode in ("RGB", "RGBA"):
            frames = [scene(mode), scene(mode).rotate(180)]
            options = {"save_all": True, "append_images": frames[1:], "lossless": lossless}
            add(f"animated-{mode}-{lossless}.webp", saved(frames[0], "WEBP", **options), 3)


def gifs():
    add("plain.gif", saved(scene("P"), "GIF", interlace=0))
    add("interlaced.gif", saved(scene("P"), "GIF", interlace=1))
    add("grey.gif", saved(scene("L"), "GIF"))
    add("two.gif", saved(scene("1"), "GIF"))
    picture = scene("P")
    add("transparent.gif", saved(picture, "GIF", transparency=picture.getpixel((60, 40))))
    few = saved(scene("RGB").quantize(5), "GIF")
    add("few.gif", few)
    frames = [scene("P"), scene("P").rotate(180)]
    add("animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))
    # A frame that covers a part of its canvas, and shows nothing elsewhere.
    picture = scene("P")
    seen = picture.getpixel((60, 40))
    small = bytearray(saved(picture, "GIF", transparency=seen, interlace=0))
    small[6:10] = struct.pack("<HH", WIDTH + 20, HEIGHT + 9)
    frame = small.index(b"\x2c\0\0\0\0" + struct.pack("<HH", WIDTH, HEIGHT))
    small[frame + 1 : frame + 5] = struct.pack("<HH", 11, 4)
    add("small-frame.gif", bytes(small))


def bmp(bits, rows, compression=0, palette=b"", masks=b"", top_down=False, header=40):
    if header == 12:
        info = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        height = -HEIGHT if top_down else HEIGHT
        info = struct.pack("<IiiHHIIiiII", header, WIDTH, height, 1, bits, compression, len(rows), 0, 0, 0, 0)
        if header > 40:
            info += masks + bytes(header - 40 - len(masks))
            masks = b""
    start = 14 + len(info) + len(masks) + len(palette)
    return struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start) + info + masks + palette + rows


def padded(row):
    return row + bytes(-len(row) % 4)


def bmps():
    for mode in ("1", "L", "P", "RGB", "RGBA"):
        add(f"{mode}.bmp", saved(scene(mode), "BMP"), 1)
    pixels = scene("RGBA").load()
    upwards = range(HEIGHT - 1, -1, -1)
    downwards = range(HEIGHT)
    index = scene("P").quantize(16).load()
    palette = bytes(numbers.randrange(256) if at % 4 < 3 else 0 for at in range(64))

    def nibbles(y):
        values = [index[x, y] for x in range(WIDTH)] + [0]
        return bytes(values[at] << 4 | values[at + 1] for at in range(0, WIDTH, 2))

    add("16-colours.bmp", bmp(4, b"".join(padded(nibbles(y)) for y in upwards), palette=palette))
    three = b"".join(palette[at : at + 3] for at in range(0, 64, 4))
    add("os2.bmp", bmp(4, b"".join(padded(nibbles(y)) for y in upwards), palette=three, header=12))
    colours = lambda y: padded(b"".join(bytes(pixels[x, y][2::-1]) for x in range(WIDTH)))
    add("top-down.bmp", bmp(24, b"".join(map(colours, downwards)), top_down=True))

    def words(y, form, *shifts):
        values = [sum((value >> 8 - bits) << shift for value, (bits, shift) in zip(pixels[x, y], shifts)) for x in range(WIDTH)]
        return padded(struct.pack(f"<{WIDTH}{form}", *values))

    fives = ((5, 10), (5, 5), (5, 0))
    add("555.bmp", bmp(16, b"".join(words(y, "H", *fives) for y in upwards)), 1)
    sixes = ((5, 11), (6, 5), (5, 0))
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    add("565.bmp", bmp(16, b"".join(words(y, "H", *sixes) for y in upwards), 3, masks=masks), 1)
    eights = ((8, 16), (8, 8), (8, 0), (8, 24))
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    add("alpha.bmp", bmp(32, b"".join(words(y, "I", *eights) for y in upwards), 3, masks=masks, header=124), 1)

    def runs(y, bits):
        coded, x = bytearray(), 0
        while x < WIDTH:
            length = numbers.randrange(3, 12)
            values = [index[column, y] for column in range(x, min(x + length, WIDTH))]
            if len(set(values)) == 1 or len(values) < 3:
                for value in values:
                    coded += bytes([1, value if bits == 8 else value << 4])
            else:
                stored = bytes(values)
                if bits == 4:
                    pairs = values + [0]
                    stored = bytes(pairs[at] << 4 | pairs[at + 1] for at in range(0, len(values), 2))
                coded += bytes([0, len(values)]) + stored + bytes(len(stored) % 2)
            x += len(values)
        return bytes(coded) + b"\0\0"

    long = palette + bytes(1024 - 64)
    add("runs-8.bmp", bmp(8, b"".join(runs(y, 8) for y in upwards) + b"\0\1", 1, palette=long))
    add("runs-4.bmp", bmp(4, b"".join(runs(y, 4) for y in upwards) + b"\0\1", 2, palette=palette))


# Of a JPEG, libjpeg's own decoders differ by one as they round, which the colours' conversion enlarges, and where colours
# have fewer pixels than luminance, by how they are rounded when these are enlarged.


def jpegs():
    samplings = {"RGB": (("444", 0), ("422", 1), ("420", 2)), "L": (("grey", -1),), "CMYK": (("cmyk", -1),)}
    for mode, each in samplings.items():
        for name, subsampling in each:
            tolerance = 6 if subsampling > 0 else 4
            for progressive in (False, True):
                kind = f"{name}-progressive" if progressive else name
                options = {"quality": 90, "progressive": progressive, "subsampling": subsampling}
                for restarts in (0, 1, 3):
                    content = saved(scene(mode), "JPEG", restart_marker_blocks=restarts, **options)
                    add(f"{kind}-{restarts}.jpg", content, tolerance)
                for width, height in ((1, 1), (7, 9), (16, 16), (33, 8)):
                    part = scene(mode).crop((20, 10, 20 + width, 10 + height))
                    add(f"{kind}-{width}x{height}.jpg", saved(part, "JPEG", **options), tolerance)
                add(f"{kind}-coarse.jpg", saved(scene(mode), "JPEG", **{**options, "quality": 10}), tolerance)
    for tag in range(1, 9):
        add(f"turned-{tag}.jpg", saved(scene("RGB"), "JPEG", quality=90, exif=turned(tag)), 6)
    add("rgb.jpg", saved(scene("RGB"), "JPEG", quality=90, keep_rgb=True), 4)
    add("optimized.jpg", saved(scene("RGB"), "JPEG", quality=90, optimize=True), 6)


def given(jpegs):
    for file in sorted(Path(jpegs).rglob("*.jp*g")):
        content = file.read_bytes()
        try:
            add(f"given-{file.parent.name}-{file.name}", content, 255, 1.5)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            # Pillow does not decode it.
            continue


# Of damaged metadata.
warnings.simplefilter("ignore")
pngs()
webps()
gifs()
bmps()
jpegs()
for folder_of_jpegs in sys.argv[2:]:
    given(folder_of_jpegs)
print(json.dumps(made))
