"""Writes reference numbers of feature extraction: what Pillow and transformers make of clips that the ffmpeg program
decoded.

    python tests/reference/extraction.py DECODED tests/EmotionLlama.Tests/Fixtures/extraction

DECODED holds, for each clip, a folder NAME of its frames and a sound NAME.wav, made by

    ffmpeg -i NAME.mp4 -fps_mode passthrough NAME/%04d.png
    ffmpeg -i NAME.mp4 -ac 1 -ar 16000 -c:a pcm_s16le NAME.wav

Needs torch, transformers, safetensors, numpy and Pillow; runs in float32 on a CPU within a minute. The encoders are toys
with features of the real size whose weights are a formula, so that the test `ExtractionReferenceTests` builds the same
ones. What is written holds features, a few pixels and a few samples: no clip could be made of them.
"""

import hashlib
import json
import math
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import (
    HubertConfig,
    HubertModel,
    VideoMAEConfig,
    VideoMAEModel,
    ViTMAEConfig,
    ViTMAEModel,
)

MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15


def bell(name, count):
    """Numbers of a bell curve that depend on a name alone: SplitMix64 from FNV-1a of the name, four 16-bit parts of each
    draw added up."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & MASK
    with np.errstate(over="ignore"):
        bits = np.uint64(seed) + np.uint64(STEP) * np.arange(1, count + 1, dtype=np.uint64)
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        bits = bits ^ (bits >> np.uint64(31))
    total = sum(((bits >> np.uint64(16 * i)) & np.uint64(0xFFFF)).astype(np.float64) for i in range(4))
    return ((total - 131070.0) / 37837.227).astype(np.float32)


def weight(name, shape):
    """A tensor of an encoder by its name."""
    values = bell(name, math.prod(shape)).astype(np.float64)
    if name.endswith("original0") or (len(shape) == 1 and name.endswith("weight")):
        values = 1 + 0.1 * values
    elif len(shape) == 1:
        values = 0.05 * values
    elif name.startswith("embeddings.") and not name.endswith("projection.weight"):
        values = 0.2 * values
    else:
        values = values / math.sqrt(math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def plain(name):
    """The name of a tensor as the library under test calls it."""
    return (
        name.removeprefix("hubert.").removeprefix("vit.").removeprefix("videomae.")
        .replace("conv.weight_g", "conv.parametrizations.weight.original0")
        .replace("conv.weight_v", "conv.parametrizations.weight.original1")
        .replace("attention.attention.q_bias", "attention.attention.query.bias")
        .replace("attention.attention.v_bias", "attention.attention.value.bias")
    )


def build(kind, config):
    """A model as if it had been downloaded: its folder is written with the weights of the formula, and loaded."""
    with tempfile.TemporaryDirectory() as folder:
        kind(config).save_pretrained(folder)
        file = Path(folder) / "model.safetensors"
        names = load_file(file)
        save_file({n: weight(plain(n), tuple(t.shape)) for n, t in names.items()}, file, {"format": "pt"})
        model, report = kind.from_pretrained(folder, output_loading_info=True)
        assert not report["missing_keys"] and not report["unexpected_keys"], report
        return model.eval()


SIZES = dict(hidden_size=1024, num_hidden_layers=1, num_attention_heads=16, intermediate_size=64)
FACE, VIDEO = 64, 32


def encoders():
    return (
        build(HubertModel, HubertConfig(
            **SIZES, conv_dim=[16] * 7, conv_bias=True, feat_extract_norm="layer", do_stable_layer_norm=True,
            num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=16)),
        build(ViTMAEModel, ViTMAEConfig(**SIZES, image_size=FACE, patch_size=16, mask_ratio=0.0)),
        build(VideoMAEModel, VideoMAEConfig(
            **SIZES, image_size=VIDEO, patch_size=16, num_frames=16, tubelet_size=2, use_mean_pooling=False)),
    )


def resized(frame, size):
    """[3, size, size] from 0 to 1."""
    small = frame.resize((size, size), Image.Resampling.BILINEAR)
    return torch.from_numpy(np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 255)


def segment_frames(count):
    """Two frames from the middle of each of eight segments."""
    tick = (count - 2 + 1) / 8
    return [i for s in range(8) for i in (int(tick / 2 + tick * s), int(tick / 2 + tick * s) + 1)]


def read_wave(path):
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16000)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768


def spots(name, count, bound):
    """Places that depend on a name alone."""
    digest = b"".join(hashlib.sha256(f"{name} {i}".encode()).digest() for i in range(count // 4))
    return [int.from_bytes(digest[8 * i:8 * i + 8], "big") % bound for i in range(count)]


def look(frame, name):
    pixels = np.asarray(frame).reshape(-1)
    places = spots(name, 48, pixels.size)
    return {"width": frame.width, "height": frame.height, "mean": float(pixels.mean()),
            "places": places, "values": [int(pixels[p]) for p in places]}


def main(decoded, output):
    hubert, face, video = encoders()
    features, clips = {}, {}
    for sound in sorted(decoded.glob("*.wav")):
        name = sound.stem
        frames = [Image.open(file).convert("RGB") for file in sorted((decoded / name).glob("*.png"))]
        samples = read_wave(sound)
        with torch.no_grad():
            normal = (samples - samples.mean(dtype=np.float64)) / np.sqrt(samples.var(dtype=np.float64) + 1e-7)
            voice = hubert(torch.from_numpy(normal.astype(np.float32))[None]).last_hidden_state[0].mean(0)
            patches = (FACE // 16) ** 2
            tokens = [
                face(torch.stack([resized(f, FACE) for f in frames[i:i + 16]]),
                     noise=torch.linspace(0, 1, patches).expand(len(frames[i:i + 16]), -1)).last_hidden_state[:, 0]
                for i in range(0, len(frames), 16)
            ]
            shown = torch.stack([resized(frames[i], VIDEO) for i in segment_frames(len(frames))])
            moving = video(shown[None]).last_hidden_state[0].mean(0)
        features[f"{name}.HL-UTT"] = voice
        features[f"{name}.mae_340_UTT"] = torch.cat(tokens).mean(0)
        features[f"{name}.maeV_399_UTT"] = moving
        places = spots(name + " sound", 256, samples.size)
        clips[name] = {
            "frames": len(frames),
            "first": look(frames[0], name + " first"),
            "middle": look(frames[len(frames) // 2], name + " middle"),
            "samples": int(samples.size),
            "loudness": float(np.sqrt((samples.astype(np.float64) ** 2).mean())),
            "places": places,
            "values": [float(samples[p]) for p in places],
        }
    output.mkdir(parents=True, exist_ok=True)
    save_file({k: v.float().contiguous() for k, v in features.items()}, output / "features.safetensors")
    versions = {"torch": torch.__version__, "transformers": transformers.__version__,
                "pillow": Image.__version__ if hasattr(Image, "__version__") else ""}
    (output / "clips.json").write_text(json.dumps({"versions": versions, "clips": clips}, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
