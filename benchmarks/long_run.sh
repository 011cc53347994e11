#!/usr/bin/env bash
# A real stage-2 run at full size, on made-up files: samples/s over the whole run, the time a whole stage 2 would take,
# the share of waiting for data, and memory at the start, in the middle and at the end.
#
#   benchmarks/long_run.sh PROGRAM FOLDER STEPS [KEY=VALUE ...]
#
# PROGRAM is emotion-llama; FOLDER has what `make-random --output FOLDER --clips 400` writes, and is filled by it where it is
# missing; STEPS are optimizer steps (an epoch has 1,000; fewer make one short epoch). What follows overrides recipe keys, such
# as run.amp=fp16. Needs Python for the figures.
set -euo pipefail
program=$1 folder=$2 steps=$3
shift 3
recipe=$(dirname "$0")/stage2.yaml
preset=${PRESET:-llama-2-7b}
[ -f "$folder/data/MERR_fine_grained.txt" ] || $program make-random --output "$folder" --preset "$preset" --clips "${CLIPS:-400}"

epoch=$((steps < 1000 ? steps : 1000))
output=$folder/run
rm -rf "$output"
start=$(date +%s.%N)
$program train --json --cfg-path "$recipe" --options \
    model.llama_model="$folder/llama" model.vit_model="$folder/eva_vit_g.pth" model.ckpt="$folder/stage1.pth" \
    datasets.feature_face_caption.build_info.image_path="$folder/data/frames" \
    datasets.feature_face_caption.build_info.ann_path="$folder/data/MERR_fine_grained.txt" \
    datasets.feature_face_caption.validation_file="$folder/data/held_out.txt" \
    run.vision_cache="$folder/vision" run.output_dir="$output" \
    run.iters_per_epoch="$epoch" run.max_epoch="$(((steps + epoch - 1) / epoch))" "$@" > "$folder/run.jsonl"
end=$(date +%s.%N)

python3 - "$output/metrics.jsonl" "$start" "$end" "$folder/run.jsonl" <<'PYTHON'
import json
import sys

steps = [json.loads(line) for line in open(sys.argv[1])]
wall = float(sys.argv[3]) - float(sys.argv[2])
done = json.loads(open(sys.argv[4]).read().splitlines()[-1])
last = steps[-1]
samples = last["step"] * last["samples"]
training = done["training_seconds"]
rate = samples / training
print(f"{last['step']} steps, {samples} samples in {training:.1f} s of training, evaluations and checkpoints included: "
      f"{rate:.2f} samples/s")
print(f"waiting for data: {100 * done['data_wait_seconds'] / training:.2f} % of the time")
print(f"loading, filling the vision cache and ending: {wall - training:.1f} s")
print(f"120,000 samples: {(120_000 / rate + wall - training) / 60:.1f} minutes")
for name, step in (("first", steps[0]), ("tenth", steps[len(steps) // 10]), ("middle", steps[len(steps) // 2]), ("last", last)):
    print(f"{name:6} step {step['step']:6}: {step['memory_bytes'] / 2**30:6.2f} GiB in use, process "
          f"{step['process_bytes'] / 2**30:5.2f} GiB in the host, loss {step['loss']:.4f}, "
          f"{step['samples_per_second']:.2f} samples/s")
PYTHON
