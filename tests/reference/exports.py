"""Checks that what `emotion-llama export` writes loads elsewhere, and computes there what it does here.

    EMOTION_LLAMA_EXPORT_SAMPLES=/tmp/samples dotnet test -c Release --filter ExportSamples
    python3 tests/reference/exports.py /tmp/samples

The first line writes a tiny Llama, its exports and our float32 logits; the second needs torch, transformers and peft,
and no network. Prints the largest absolute difference of the logits for each export; exit code 1 above 1e-3.
"""

import copy
import json
import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

LIMIT = 1e-3
LORA_PREFIX = "llama_model.base_model.model."


def load_llama(folder):
    model, info = AutoModelForCausalLM.from_pretrained(str(folder), output_loading_info=True)
    problems = {key: sorted(map(str, value)) for key, value in info.items() if "missing" in key and value}
    assert not problems, f"{folder}: {problems}"
    return model.float().eval()


@torch.no_grad()
def largest_difference(model, expected):
    largest = 0.0
    for ids, logits in zip(expected["token_ids"], expected["logits"]):
        computed = model(input_ids=torch.tensor([ids])).logits[0]
        wanted = torch.tensor(logits)
        assert computed.shape == wanted.shape, (computed.shape, wanted.shape)
        largest = max(largest, (computed - wanted).abs().max().item())
    return largest


def with_peft(base, folder):
    model = PeftModel.from_pretrained(copy.deepcopy(base), str(folder)).eval()
    loaded = {
        name.replace(".default.", "."): value
        for name, value in model.state_dict().items()
        if ".lora_" in name
    }
    stored = load_file(folder / "adapter_model.safetensors")
    assert loaded.keys() == stored.keys(), sorted(loaded.keys() ^ stored.keys())[:4]
    for name, value in stored.items():
        assert torch.equal(loaded[name], value), f"{name} was changed in loading"
    return model


@torch.no_grad()
def with_checkpoint(base, path):
    """The low-rank updates of an original checkpoint, added by hand."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    weights, settings = checkpoint["model"], checkpoint["config"]["model"]
    scale = settings["lora_alpha"] / settings["lora_r"]
    model = copy.deepcopy(base)
    modules = dict(model.named_modules())
    for name, first in weights.items():
        if name.endswith(".lora_A.weight"):
            second = weights[name.replace(".lora_A.", ".lora_B.")]
            module = modules[name.removeprefix(LORA_PREFIX).removesuffix(".lora_A.weight")]
            module.weight += scale * second @ first
    return model, weights


def main():
    folder = Path(sys.argv[1])
    expected = json.loads((folder / "logits.json").read_text())
    base = load_llama(folder / "llama")
    exported, weights = with_checkpoint(base, folder / "exported.pth")
    saved, original = with_checkpoint(base, folder / "checkpoint_3.pth")

    projections = load_file(folder / "peft" / "emotion_llama_projections.safetensors")
    assert projections.keys() == {name for name in weights if ".lora_" not in name}
    assert all(torch.equal(value, weights[name]) for name, value in projections.items())
    assert weights.keys() == original.keys()
    assert all(torch.equal(value, original[name]) for name, value in weights.items())

    models = {
        "peft adapter": with_peft(base, folder / "peft"),
        "merged folder": load_llama(folder / "merged"),
        "exported .pth": exported,
        "checkpoint of a run": saved,
    }
    untuned = largest_difference(base, expected)
    print(f"{'Llama alone':20} {untuned:.3g} (must differ)")
    passed = untuned > LIMIT
    for name, model in models.items():
        difference = largest_difference(model, expected)
        passed &= difference <= LIMIT
        print(f"{name:20} {difference:.3g}")
    print(f"limit {LIMIT}: {'passed' if passed else 'FAILED'}")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
