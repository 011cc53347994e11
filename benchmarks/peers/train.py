"""Stage 2 on the sizes of Llama-2-7B in PyTorch, with random weights: the peers of `emotion-llama bench train`.

    python train.py --mode eager|compiled|original --batch 16 [--steps 10] [--tokens 480] [--answer-tokens 150]

eager, compiled: transformers and peft, bf16, SDPA, cached vision features. original: fp16 autocast with loss scaling and
a vision transformer of ViT-g's size in each step, as the original project trains. Prints one JSON line.
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

parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["eager", "compiled", "original"], default="eager")
parser.add_argument("--batch", type=int, default=4)
parser.add_argument("--steps", type=int, default=10)
parser.add_argument("--tokens", type=int, default=480)
parser.add_argument("--answer-tokens", type=int, default=150)
parser.add_argument("--layers", type=int, default=32)
args = parser.parse_args()
torch.manual_seed(0)
device = "cuda"
original = args.mode == "original"
dtype = torch.float16 if original else torch.bfloat16
config = LlamaConfig(hidden_size=4096, intermediate_size=11008, num_hidden_layers=args.layers, num_attention_heads=32,
                     vocab_size=32000, max_position_embeddings=4096, use_cache=False)
with torch.device(device):
    torch.set_default_dtype(torch.float16 if original else torch.bfloat16)
    llama = LlamaForCausalLM._from_config(config, attn_implementation="sdpa")
    vision = Vision().requires_grad_(False).eval() if original else None
    torch.set_default_dtype(torch.float32)
    projections = nn.ModuleDict({
        "image": nn.Linear(5632, 4096), "class": nn.Linear(1408, 4096),
        "f0": nn.Linear(1024, 4096), "f1": nn.Linear(1024, 4096), "f2": nn.Linear(1024, 4096)})
model = get_peft_model(llama, LoraConfig(r=64, lora_alpha=16, lora_dropout=0.05, target_modules=["q_proj", "v_proj"]))
for parameter in model.parameters():
    if parameter.requires_grad:
        parameter.data = parameter.data.float()
model.train()
trained = [p for p in [*model.parameters(), *projections.parameters()] if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-5, weight_decay=0.05, fused=not original)
scaler = torch.amp.GradScaler(enabled=original)

inserted, answer = 260, args.answer_tokens
words = args.tokens - inserted - answer
ids = torch.randint(3, 32000, (args.batch, args.tokens), device=device)
labels = ids.clone()
labels[:, :-answer] = -100
features = torch.randn(args.batch, 3, 1024, device=device)
cached = None if original else torch.randn(args.batch, 1025, 1408, device=device, dtype=dtype)
images = torch.randn(args.batch, 3, 448, 448, device=device, dtype=dtype) if original else None
table = llama.get_input_embeddings()


def loss_of():
    encoded = cached
    if original:
        with torch.no_grad():
            encoded = vision(images)
    parts = [projections["image"](encoded[:, 1:].reshape(args.batch, 256, 5632))]
    parts += [projections[f"f{i}"](features[:, i:i + 1]) for i in range(3)]
    parts.append(projections["class"](encoded[:, :1]))
    before = words // 2
    embedded = table(ids)
    x = torch.cat([embedded[:, :before], *[p.to(embedded.dtype) for p in parts], embedded[:, before + inserted:]], 1)
    return model(inputs_embeds=x, labels=labels).loss


if args.mode == "compiled":
    loss_of = torch.compile(loss_of)


def step():
    with torch.autocast("cuda", dtype=dtype):
        loss = loss_of()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    return loss.item()


for _ in range(4):
    step()
torch.cuda.reset_peak_memory_stats()
seconds = []
for _ in range(args.steps):
    torch.cuda.synchronize()
    start = time.perf_counter()
    loss = step()
    torch.cuda.synchronize()
    seconds.append(time.perf_counter() - start)
median = statistics.median(seconds)
free, total = torch.cuda.mem_get_info()
print(json.dumps({
    "mode": args.mode, "batch": args.batch, "samples_per_second": round(args.batch / median, 2),
    "step_ms": round(median * 1000, 1), "peak_allocated_gib": round(torch.cuda.max_memory_allocated() / 2**30, 2),
    "in_use_gib": round((total - free) / 2**30, 2), "loss": round(loss, 3)}))
