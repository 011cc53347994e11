"""Ours and PyTorch's side by side on one machine.

    EMOTION_LLAMA_LIBTORCH=.../torch/lib python benchmarks/compare.py train|encode|generate|tiny \
        --program PATH_OF_emotion-llama --results OUT.json

train: stage 2 at the sizes of Llama-2-7B; encode: the vision tower alone; generate: greedy answers of 200 tokens to prompts
of 330; tiny: stage 2 of the quickstart's tiny model on the CPU. For each row `emotion-llama bench` and the scripts of
benchmarks/peers run one after another; a table with the ratios is printed, and everything measured is written with the
machine and the versions. A results file that is there already gets more rows. Needs torch, transformers and peft.
"""
import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

import peft
import torch
import transformers

PEERS = pathlib.Path(__file__).with_name("peers")


def measure(command, environment=None):
    """The JSON that a command prints, as its whole output or its last line."""
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        print("failed:", " ".join(command), (done.stderr or done.stdout)[-800:], file=sys.stderr)
        return None
    return json.loads(done.stdout if done.stdout.lstrip().startswith("{\n") else lines[-1])


def peer(script, *more):
    return measure([sys.executable, str(PEERS / script), "--steps", args.steps, *map(str, more)])


def ours(benchmark, *more):
    """What both sides have in common, of our figures: rate, time, memory."""
    found = measure([args.program, "bench", benchmark, "--steps", args.steps, "--json", *map(str, more)])
    return found and {
        **{rate: round(found[rate], 2) for rate in RATES if rate in found},
        "step_ms": round(found.get("step_seconds", found.get("batch_seconds", 0)) * 1000, 2),
        **({"host_ms": round(found["host_seconds"] * 1000, 1)} if "host_seconds" in found else {}),
        **({"first_ms": round(found["first_token_seconds"] * 1000, 1)} if "first_token_seconds" in found else {}),
        **({"share_of_memory_rate": round(found["share_of_memory_rate"], 3)} if "memory_rate" in found else {}),
        **({"tflops": round(found["flops"] / 1e12, 1)} if "flops" in found else {}),
        "in_use_gib": round(found["bytes_in_use"] / 2**30, 2)}


def best(candidates):
    """The fastest of several settings of one side, with the setting."""
    found = [{**result, "setting": setting} for setting, result in candidates if result]
    return max(found, key=rate_of, default=None)


def ours_training(batch, *more):
    """Ours, once the runtime has compiled its hot code for good."""
    return ours("train", "--batch", batch, "--warm-up", max(10, 160 // batch), *more)


def train():
    for batch in batches("1,4,16"):
        yield {"batch": batch}, {
            "ours": lambda: ours_training(batch),
            "fp8": lambda: ours_training(batch, "--frozen", "fp8"),
            "eager": lambda: peer("train.py", "--mode", "eager", "--batch", batch),
            "compiled": lambda: peer("train.py", "--mode", "compiled", "--batch", batch)}
    yield {"batch": 1, "vision": "in each step"}, {
        "ours": lambda: ours_training(1, "--encode-images"),
        "original": lambda: peer("train.py", "--mode", "original", "--batch", 1)}


def encode():
    for batch in batches("1,8"):
        yield {"batch": batch}, {
            "ours": lambda: ours("encode", "--batch", batch),
            "eager": lambda: peer("encode.py", "--mode", "eager", "--batch", batch),
            "compiled": lambda: peer("encode.py", "--mode", "compiled", "--batch", batch)}


def generate():
    for batch in batches("1,16"):
        yield {"batch": batch}, {
            "ours": lambda: ours("generate", "--batch", batch, "--precision", "bf16"),
            "eager": lambda: peer("generate.py", "--mode", "eager", "--batch", batch),
            "compiled": lambda: peer("generate.py", "--mode", "compiled", "--batch", batch)}


def tiny():
    """Each side with one thread and with all cores; the better one counts."""
    threads = sorted({1, os.cpu_count()})
    for batch in batches("1,8"):
        common = ["--preset", "tiny", "--device", "cpu", "--batch", batch, "--tokens", 132, "--answer-tokens", 55]
        yield {"batch": batch, "cores": os.cpu_count()}, {
            "ours": lambda: best([
                (n, ours("train", *common, "--warm-up", 100, "--threads", n)) for n in threads]),
            "eager": lambda: best([(n, peer("train.py", "--mode", "eager", *common, "--threads", n)) for n in threads])}


MODES = {"train": train, "encode": encode, "generate": generate, "tiny": tiny}
RATES = ("samples_per_second", "pictures_per_second", "tokens_per_second", "decoded_per_second")


def batches(default):
    return [int(text) for text in (default if args.batches is None else args.batches).split(",") if text]


def rate_of(result):
    return next(result[rate] for rate in RATES if rate in result)


def text_of(name, result, mine):
    if not result:
        return f"{name} failed"
    text = f"{name} {rate_of(result)}"
    text += f" with {result['setting']} threads" if "setting" in result else f" ({result['in_use_gib']} GiB)"
    return text if result is mine or not mine else f"{text}: {rate_of(mine) / rate_of(result):.2f} x"


parser = argparse.ArgumentParser()
parser.add_argument("mode", nargs="?", choices=list(MODES), default="train")
parser.add_argument("--program", required=True)
parser.add_argument("--results", required=True)
parser.add_argument("--batches", help="such as 1,4,16; empty leaves them out")
parser.add_argument("--steps", default="20")
parser.add_argument("--skip", default="", help="peers to leave out, such as compiled,original")
args = parser.parse_args()

results = pathlib.Path(args.results)
document = json.loads(results.read_text()) if results.exists() else {
    "date": datetime.date.today().isoformat(), "mode": args.mode,
    "machine": torch.cuda.get_device_name(0) if torch.cuda.is_available() else platform.processor(),
    "torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__,
    "steps": int(args.steps), "tokens": 132 if args.mode == "tiny" else 480,
    "answer_tokens": 55 if args.mode == "tiny" else 150, "rows": []}
print(f"{document['machine']}, PyTorch {torch.__version__}, medians of {args.steps} steps")
for title, sides in MODES[args.mode]():
    wanted = {name: run for name, run in sides.items() if name not in args.skip.split(",")}
    if set(wanted) == {"ours"}:
        continue
    found = {name: run() for name, run in wanted.items()}
    # Every row is kept at once, whatever happens to the next.
    document["rows"].append({**title, **found})
    results.write_text(json.dumps(document, indent=1) + "\n")
    label = ", ".join(f"{key} {value}" for key, value in title.items())
    print(f"{label}: " + ", ".join(text_of(name, result, found.get("ours")) for name, result in found.items()), flush=True)
