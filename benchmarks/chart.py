"""Draws what compare.py measured of training as bars: the picture of the README.

    python benchmarks/chart.py OUT.svg RESULTS.json ...       rows of one batch size in several files: the first counts
"""
import decimal
import json
import sys

SIDES = (  # key in the results, name, color
    ("eager", "transformers + peft", "#9aa5b1"),
    ("compiled", "with torch.compile", "#616e7c"),
    ("ours", "ours, bf16", "#2f80c2"),
    ("fp8", "ours, fp8", "#12507b"),
)
WIDTH, LEFT, BAR, GAP, TOP = 760, 86, 22, 20, 66



def text_of(rate):
    """One digit, halves upwards as in the README's table."""
    return str(decimal.Decimal(str(rate)).quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP))


if len(sys.argv) < 3:
    sys.exit(__doc__)

rows, machine = {}, None
for path in sys.argv[2:]:
    with open(path) as file:
        document = json.load(file)
    machine = machine or document["machine"]
    for row in document["rows"]:
        if "vision" not in row:
            rows.setdefault(row["batch"], row)

largest = max(row[key]["samples_per_second"] for row in rows.values() for key, _, _ in SIDES if row.get(key))
shapes, y = [], TOP
for batch in sorted(rows, reverse=True):
    bars = [(rows[batch][key]["samples_per_second"], name, color) for key, name, color in SIDES if rows[batch].get(key)]
    shapes.append(f'<text x="{LEFT - 12}" y="{y + len(bars) * BAR / 2 + 5}" text-anchor="end">batch {batch}</text>')
    for rate, name, color in bars:
        length = (WIDTH - LEFT - 70) * rate / largest
        shapes.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 4}" rx="2" fill="{color}">'
                      f"<title>batch {batch}, {name}: {rate} samples/s</title></rect>"
                      f'<text x="{LEFT + length + 8:.1f}" y="{y + 14}">{text_of(rate)}</text>')
        y += BAR
    y += GAP

legend, x = [], LEFT
for _, name, color in SIDES:
    legend.append(f'<rect x="{x}" y="36" width="12" height="12" rx="2" fill="{color}"/><text x="{x + 17}" y="47">{name}</text>')
    x += 44 + 7 * len(name)

title = f"Stage 2 of Llama-2-7B, samples/s on one {machine}"
with open(sys.argv[1], "w") as file:
    file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" font-size="13" '
               f'fill="#1f2933" role="img" aria-label="{title}"><rect width="100%" height="100%" fill="#ffffff"/>'
               f'<text x="{LEFT}" y="22" font-size="15" font-weight="bold">{title}</text>'
               + "".join(legend) + "".join(shapes) + "</svg>\n")
