#!/usr/bin/env bash
# Two GPUs against one, and what the exchange of gradients takes:
#
#   EMOTION_LLAMA_LIBTORCH=.../torch/lib benchmarks/ranks.sh PATH_OF_emotion-llama RESULTS_FOLDER
#
# Speed at batch 16 on one GPU and on two; then the losses of two GPUs at batch 16 beside those of one at batch 32, the
# same samples in each step and no dropout.
set -euo pipefail
program=$1 results=$2
mkdir -p "$results"
bench() { echo "== $1" >&2; "$program" bench train --device cuda --json "${@:2}" >"$results/$1.json"; }

bench one-16 --batch 16 --steps 20
bench two-16 --batch 16 --steps 20 --nproc 2 --rank-timeout 120
bench loss-two-16 --batch 16 --warm-up 2 --steps 12 --dropout 0 --nproc 2 --rank-timeout 120
bench loss-one-32 --batch 32 --warm-up 2 --steps 12 --dropout 0
nvidia-smi topo -m >"$results/topology.txt" 2>&1 || true

python3 - "$results" <<'PYTHON'
import json, pathlib, sys
read = lambda name: json.loads((pathlib.Path(sys.argv[1]) / f"{name}.json").read_text())
one, two = read("one-16"), read("two-16")
exchange = two["exchange"]
print(f"one GPU, batch 16: {one['samples_per_second']:.2f} samples/s; two, batch 16 each: {two['samples_per_second']:.2f}; "
      f"ratio {two['samples_per_second'] / one['samples_per_second']:.3f}")
print(f"{exchange['carrier']}: {exchange['bytes'] / 1e6:.1f} MB in {exchange['alone_seconds'] * 1e3:.2f} ms alone; a step "
      f"{exchange['step_without_seconds'] * 1e3:.1f} ms without exchange, {exchange['step_seconds'] * 1e3:.1f} ms with it: "
      + (f"{exchange['hidden_share']:.0%} hidden" if exchange["beside_backward"] else "at the end of the backward pass"))
pairs = list(zip(read("loss-one-32")["losses"], read("loss-two-16")["losses"]))
for step, (a, b) in enumerate(pairs, 1):
    print(f"step {step:2}: one GPU at batch 32 {a:.5f}, two at batch 16 {b:.5f}, difference {abs(a - b) / a:.1e}")
PYTHON
