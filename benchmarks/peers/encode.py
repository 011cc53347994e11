"""A vision tower of EVA ViT-g's sizes in PyTorch, with random weights: the peer of `emotion-llama bench encode`.

    python encode.py --mode eager|compiled --batch 8 [--steps 10]

bf16, SDPA; pictures of 448 x 448 pixels come from page-locked memory. Prints one JSON line.
"""
import argparse
import json
import statistics
import time

import torch

from vision import Vision

parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["eager", "compiled"], default="eager")
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--steps", type=int, default=10)
args = parser.parse_args()
torch.manual_seed(0)
with torch.device("cuda"):
    torch.set_default_dtype(torch.bfloat16)
    tower = Vision().requires_grad_(False).eval()
    torch.set_default_dtype(torch.float32)
images = torch.randn(args.batch, 3, 448, 448).pin_memory()
encode = torch.compile(tower) if args.mode == "compiled" else tower


@torch.no_grad()
def step():
    start = time.perf_counter()
    encode(images.to("cuda", non_blocking=True).bfloat16())
    host = time.perf_counter() - start
    torch.cuda.synchronize()
    return time.perf_counter() - start, host


for _ in range(4):
    step()
torch.cuda.synchronize()
seconds, host = zip(*[step() for _ in range(args.steps)])
median = statistics.median(seconds)
free, total = torch.cuda.mem_get_info()
print(json.dumps({
    "mode": args.mode, "batch": args.batch, "pictures_per_second": round(args.batch / median, 1),
    "step_ms": round(median * 1000, 1), "host_ms": round(statistics.median(host) * 1000, 1),
    "in_use_gib": round((total - free) / 2**30, 2)}))
