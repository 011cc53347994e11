"""Compares loss curves that `emotion-llama bench train --losses FILE` wrote, one loss a line.

python benchmarks/losses.py bf16=FILE fp8=FILE ...       the first is what the others are compared with
"""
import sys

WINDOW = 20


def mean(curve, end):
    return sum(curve[end - WINDOW:end]) / WINDOW


curves = {}
for argument in sys.argv[1:]:
    name, path = argument.split("=", 1)
    with open(path) as file:
        curves[name] = [float(line) for line in file]

if not curves:
    sys.exit(__doc__)

reference = next(iter(curves))
print(f"means of {WINDOW} steps, and how far from {reference}")
for end in (20, 50, 100, 200, 300, 400, 500):
    row = [f"{end:>4}"]
    for name, curve in curves.items():
        if len(curve) >= end:
            share = f" ({100 * (mean(curve, end) / mean(curves[reference], end) - 1):+.2f} %)" if (
                name != reference and len(curves[reference]) >= end) else ""
            row.append(f"{name} {mean(curve, end):.4f}{share}")

    if len(row) > 1:
        print("  ".join(row))
