"""Where the time of one training step goes on a GPU: its kernels, timed one by one by Nsight Compute.

    EMOTION_LLAMA_LIBTORCH=.../torch/lib python benchmarks/step_kernels.py PATH_OF_emotion-llama --batch 16 [--frozen fp8 ...]

What follows the program are options of `emotion-llama bench train`. Prints a table for docs/performance.md, and below it the
names behind "everything else". Kernels that run alone run at the card's full clock, which a whole step does not keep. Needs
`ncu`, and the right to read the card's counters. `--csv FILE` before the program takes what ncu once printed.
"""
import collections
import csv
import re
import subprocess
import sys
import tempfile

# The first that matches counts.
KINDS = (
    ("attention, backwards", r"^attend_backward|flash_bwd|flash.*backward"),
    ("attention, forwards", r"^attend$|flash_fwd|flash.*forward"),
    ("gate and up, and their gradients, inside their products", r"^gated_product"),
    ("SwiGLU, backwards", r"^swiglu_backward"),
    ("SwiGLU", r"^swiglu"),
    ("normalization, backwards", r"^rms_norm_backward"),
    ("residual sum and normalization", r"^add_rms_norm"),
    ("rotation, backwards", r"^rope_backward"),
    ("rotation, with the low-rank updates", r"^update_and_turn"),
    ("rotation", r"^rope"),
    ("AdamW", r"^adamw"),
    ("dropout", r"^dropout"),
    ("cross entropy", r"^cross_entropy"),
    ("rounding to 8 bits", r"^quantize_rows"),
    ("4 bits made wide", r"^nf4_values"),
    ("products", r"nvjet|gemm|cutlass|xmma|splitK|cublas"),
)
# LoRA's products, of rank 64, take some tens of microseconds at batch 16, those of the frozen weights some hundreds.
LARGE_NANOSECONDS = 100_000
OTHER = "everything else"


def kind_of(name, nanoseconds):
    for kind, pattern in KINDS:
        if re.search(pattern, name):
            return kind if kind != "products" else (
                "large matrix products" if nanoseconds >= LARGE_NANOSECONDS else "small matrix products")
    return OTHER


def last_step(kernels):
    """The kernels between the last two updates of the weights."""
    updates = [place for place, (name, _) in enumerate(kernels) if name.startswith("adamw")]
    ends = [place for place, after in zip(updates, updates[1:] + [None]) if after is None or after - place > 50]
    if len(ends) < 2:
        sys.exit("no two training steps among the kernels; does the benchmark run?")
    return kernels[ends[-2] + 1:ends[-1] + 1]


def profile(command):
    with tempfile.NamedTemporaryFile("r") as log:
        done = subprocess.run(
            ["ncu", "--clock-control", "none", "--metrics", "gpu__time_duration.sum", "--print-units", "base", "--csv",
             "--log-file", log.name, *command],
            capture_output=True, text=True)
        printed = log.read()
    if done.returncode != 0:
        sys.exit((printed + done.stdout + done.stderr)[-2000:])
    return printed.splitlines()


if len(sys.argv) < 2:
    sys.exit(__doc__)

if sys.argv[1] == "--csv":
    with open(sys.argv[2]) as file:
        lines = file.read().splitlines()
else:
    lines = profile([sys.argv[1], "bench", "train", "--device", "cuda", "--warm-up", "1", "--steps", "2", *sys.argv[2:]])

table = csv.DictReader(lines[next((place for place, line in enumerate(lines) if line.startswith('"ID"')), 0):])
kernels = [(row["Kernel Name"].removeprefix("void "), float(row["Metric Value"].replace(",", "")))
           for row in table if row.get("Metric Name") == "gpu__time_duration.sum"]
step = last_step(kernels)
total = sum(time for _, time in step)
kinds, others = collections.defaultdict(list), collections.defaultdict(list)
for name, time in step:
    kinds[kind_of(name, time)].append(time)
    if kind_of(name, time) == OTHER:
        others[name.split("(")[0][:90]].append(time)

print(f"{len(step)} kernels, {total / 1e6:.1f} ms\n")
print("| kernels | calls | ms | share |\n|---|---|---|---|")
for kind, times in sorted(kinds.items(), key=lambda item: (item[0] == OTHER, -sum(item[1]))):
    print(f"| {kind} | {len(times)} | {sum(times) / 1e6:.1f} | {sum(times) / total:.1%} |")

print(f"\n{OTHER}:")
for name, times in sorted(others.items(), key=lambda item: -sum(item[1]))[:12]:
    print(f"{sum(times) / 1e6:8.2f} ms {len(times):5} x {name}")
