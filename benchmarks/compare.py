"""Stage 2 at the sizes of Llama-2-7B, ours and PyTorch's side by side on one GPU.

    EMOTION_LLAMA_LIBTORCH=.../torch/lib python benchmarks/compare.py --program PATH_OF_emotion-llama --results OUT.json

Runs `emotion-llama bench train` and benchmarks/peers/train.py one after another for each batch size, prints a table with the
ratios, and writes everything measured with the machine and the versions; a results file that is there already gets more
rows. Needs torch, transformers and peft.
"""
import argparse
import datetime
import json
import pathlib
import subprocess
import sys

import peft
import torch
import transformers

parser = argparse.ArgumentParser()
parser.add_argument("--program", required=True)
parser.add_argument("--results", required=True)
parser.add_argument("--batches", default="1,4,16")
parser.add_argument("--steps", default="20")
parser.add_argument("--skip-compiled", action="store_true")
parser.add_argument("--skip-original", action="store_true")
args = parser.parse_args()
peer = pathlib.Path(__file__).with_name("peers") / "train.py"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        print("failed:", " ".join(command), (done.stderr or done.stdout)[-800:], file=sys.stderr)
        return None
    return json.loads(done.stdout if done.stdout.lstrip().startswith("{\n") else lines[-1])


def ours(batch, *more):
    found = run([args.program, "bench", "train", "--batch", str(batch), "--steps", args.steps, "--json", *more])
    return found and {
        "samples_per_second": round(found["samples_per_second"], 2), "step_ms": round(found["step_seconds"] * 1000, 1),
        "in_use_gib": round(found["bytes_in_use"] / 2**30, 2), "tflops": round(found["flops"] / 1e12)}


def peers(mode, batch):
    return run([sys.executable, str(peer), "--mode", mode, "--batch", str(batch), "--steps", args.steps])


results = pathlib.Path(args.results)
document = json.loads(results.read_text()) if results.exists() else {
    "date": datetime.date.today().isoformat(), "gpu": torch.cuda.get_device_name(0), "torch": torch.__version__,
    "transformers": transformers.__version__, "peft": peft.__version__, "tokens": 480, "answer_tokens": 150,
    "steps": int(args.steps), "rows": []}
print(f"{document['gpu']}, PyTorch {torch.__version__}, samples/s (medians of {args.steps} steps), GiB in use")


def keep(row):
    """Every row is kept at once, whatever happens to the next."""
    document["rows"].append(row)
    results.write_text(json.dumps(document, indent=1) + "\n")
    mine = row["ours"]
    text = f"batch {row['batch']:2}{' with the vision tower' if 'vision' in row else ''}: "
    text += f"ours {mine['samples_per_second']} ({mine['in_use_gib']} GiB)" if mine else "ours failed"
    for mode in ("eager", "compiled", "original"):
        other = row.get(mode)
        if other and mine:
            ratio = mine["samples_per_second"] / other["samples_per_second"]
            text += f", {mode} {other['samples_per_second']} ({other['in_use_gib']} GiB): {ratio:.2f} x"
    print(text, flush=True)


for batch in [int(text) for text in args.batches.split(",") if text]:
    row = {"batch": batch, "ours": ours(batch), "eager": peers("eager", batch)}
    if not args.skip_compiled:
        row["compiled"] = peers("compiled", batch)
    keep(row)
if not args.skip_original:
    keep({"batch": 1, "vision": "in each step", "ours": ours(1, "--encode-images"), "original": peers("original", 1)})
