"""Greedy answers of a Llama-2-7B with random weights in PyTorch: the peer of `emotion-llama bench generate`.

    python generate.py --mode eager|compiled --batch 1 [--prompt 330] [--tokens 200] [--steps 5]

transformers' `generate` over prompts of embeddings, bf16, SDPA; compiled: with a static cache and `torch.compile`. At most a
minute is measured, but at least five answers. Prints one JSON line.
"""
import argparse
import json
import statistics
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM

parser = argparse.ArgumentParser()
parser.add_argument("--mode", choices=["eager", "compiled"], default="eager")
parser.add_argument("--batch", type=int, default=1)
parser.add_argument("--prompt", type=int, default=330)
parser.add_argument("--tokens", type=int, default=200)
parser.add_argument("--steps", type=int, default=5)
args = parser.parse_args()
torch.manual_seed(0)
config = LlamaConfig(hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32,
                     vocab_size=32000, max_position_embeddings=4096)
with torch.device("cuda"):
    torch.set_default_dtype(torch.bfloat16)
    model = LlamaForCausalLM._from_config(config, attn_implementation="sdpa").eval()
    torch.set_default_dtype(torch.float32)
model.generation_config.eos_token_id = None
model.generation_config.pad_token_id = 0
ids = torch.randint(3, 32000, (args.batch, args.prompt), device="cuda")
more = {"cache_implementation": "static"} if args.mode == "compiled" else {}


@torch.no_grad()
def answer(tokens):
    prompts = model.get_input_embeddings()(ids)
    torch.cuda.synchronize()
    start = time.perf_counter()
    made = model.generate(
        inputs_embeds=prompts, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=tokens,
        min_new_tokens=tokens, **more)
    torch.cuda.synchronize()
    assert made.shape[1] == tokens, made.shape
    return time.perf_counter() - start


def measure(tokens, most):
    for _ in range(3 if args.mode == "compiled" else 1):
        answer(tokens)
    seconds = []
    while len(seconds) < most and (len(seconds) < 5 or sum(seconds) < 60):
        seconds.append(answer(tokens))
    return statistics.median(seconds)


whole, first = measure(args.tokens, args.steps), measure(1, args.steps)
free, total = torch.cuda.mem_get_info()
print(json.dumps({
    "mode": args.mode, "batch": args.batch, "tokens_per_second": round(args.batch * args.tokens / whole, 1),
    "decoded_per_second": round(args.batch * (args.tokens - 1) / (whole - first), 1), "first_ms": round(first * 1000, 1),
    "in_use_gib": round((total - free) / 2**30, 2)}))
