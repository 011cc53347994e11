"""Stage 2 in PyTorch with random weights: the peers of `emotion-llama bench train`.

    python train.py --mode eager|compiled|original --batch 16 [--steps 10] [--tokens 480] [--answer-tokens 150]
    python train.py --preset tiny --device cpu --threads 1 --batch 8 --tokens 132 --answer-tokens 55

eager, compiled: transformers and peft, bf16 on a GPU and float32 on a CPU, SDPA, cached vision features. original: fp16
autocast with loss scaling and a vision transformer of ViT-g's size in each step, as the original project trains. Prints one
JSON line.
"""
import argparse
import json
import statistics
import time

import torch
import torch.nn as nn
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

from vision import Vision

PRESETS = {
    "llama-2-7b": dict(hidden=4096, inner=11008, layers=32, heads=32, vocabulary=32000, channels=1408, patches=1024, rank=64),
    "tiny": dict(hidden=128, inner=352, layers=4, heads=4, vocabulary=1000, channels=176, patches=64, rank=16),
}
parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["eager", "compiled", "original"], default="eager")
parser.add_argument("--preset", choices=list(PRESETS), default="llama-2-7b")
parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
parser.add_argument("--threads", type=int)
parser.add_argument("--batch", type=int, default=4)
parser.add_argument("--steps", type=int, default=10)
parser.add_argument("--tokens", type=int, default=480)
parser.add_argument("--answer-tokens", type=int, default=150)
args = parser.parse_args()
if args.threads:
    torch.set_num_threads(args.threads)
torch.manual_seed(0)
device, on_gpu, size = args.device, args.device == "cuda", PRESETS[args.preset]
original = args.mode == "original"
dtype = torch.float16 if original else torch.bfloat16 if on_gpu else torch.float32
config = LlamaConfig(
    hidden_size=size["hidden"], intermediate_size=size["inner"], num_hidden_layers=size["layers"],
    num_attention_heads=size["heads"], vocab_size=size["vocabulary"], max_position_embeddings=4096, use_cache=False)
with torch.device(device):
    torch.set_default_dtype(dtype)
    llama = LlamaForCausalLM._from_config(config, attn_implementation="sdpa")
    vision = Vision().requires_grad_(False).eval() if original else None
    torch.set_default_dtype(torch.float32)
    projections = nn.ModuleDict({
        "image": nn.Linear(4 * size["channels"], size["hidden"]), "class": nn.Linear(size["channels"], size["hidden"]),
        **{f"f{i}": nn.Linear(1024, size["hidden"]) for i in range(3)}})
model = get_peft_model(llama, LoraConfig(
    r=size["rank"], lora_alpha=16, lora_dropout=0.05, target_modules=["q_proj", "v_proj"]))
for parameter in model.parameters():
    if parameter.requires_grad:
        parameter.data = parameter.data.float()
model.train()
trained = [p for p in [*model.parameters(), *projections.parameters()] if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.05, fused=not original)
scaler = torch.amp.GradScaler(enabled=original)

image_tokens, answer = size["patches"] // 4, args.answer_tokens
inserted = image_tokens + 4
words = args.tokens - inserted - answer
ids = torch.randint(3, size["vocabulary"], (args.batch, args.tokens), device=device)
labels = ids.clone()
labels[:, :-answer] = -100
features = torch.randn(args.batch, 3, 1024, device=device)
cached = None if original else torch.randn(args.batch, 1 + size["patches"], size["channels"], device=device, dtype=dtype)
images = torch.randn(args.batch, 3, 448, 448, device=device, dtype=dtype) if original else None
table = llama.get_input_embeddings()


def loss_of():
    encoded = cached
    if original:
        with torch.no_grad():
            encoded = vision(images)
    parts = [projections["image"](encoded[:, 1:].reshape(args.batch, image_tokens, -1))]
    parts += [projections[f"f{i}"](features[:, i:i + 1]) for i in range(3)]
    parts.append(projections["class"](encoded[:, :1]))
    before = words // 2
    embedded = table(ids)
    x = torch.cat([embedded[:, :before], *[p.to(embedded.dtype) for p in parts], embedded[:, before + inserted:]], 1)
    return model(inputs_embeds=x, labels=labels).loss


if args.mode == "compiled":
    loss_of = torch.compile(loss_of)


def step():
    with torch.autocast(device, dtype=dtype, enabled=on_gpu):
        loss = loss_of()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return loss.item()


def wait():
    if on_gpu:
        torch.cuda.synchronize()


for _ in range(4):
    step()
if on_gpu:
    torch.cuda.reset_peak_memory_stats()
seconds = []
for _ in range(args.steps):
    wait()
    start = time.perf_counter()
    loss = step()
    wait()
    seconds.append(time.perf_counter() - start)
median = statistics.median(seconds)
free, total = torch.cuda.mem_get_info() if on_gpu else (0, 0)
peak = torch.cuda.max_memory_allocated() if on_gpu else 0
print(json.dumps({
    "mode": args.mode, "batch": args.batch, "samples_per_second": round(args.batch / median, 2),
    "step_ms": round(median * 1000, 1), "peak_allocated_gib": round(peak / 2**30, 2),
    "in_use_gib": round((total - free) / 2**30, 2), "loss": round(loss, 3)}))
