"""Writes reference numbers of the feature encoders: tiny random models of transformers and what they compute.

    python tests/reference/encoders.py tests/EmotionLlama.Tests/Fixtures/encoders

Needs torch, transformers and safetensors; runs in float32 on a CPU within seconds. The test
`EncoderReferenceTests` replays the folder. Unlike the parity folder, it holds the base kind of HuBERT, files with older
names, models with heads, and the hidden states both before and behind the final normalization.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    HubertConfig,
    HubertForCTC,
    HubertModel,
    VideoMAEConfig,
    VideoMAEForPreTraining,
    VideoMAEModel,
    ViTMAEConfig,
    ViTMAEForPreTraining,
    ViTMAEModel,
    Wav2Vec2FeatureExtractor,
)


def shake(model):
    """Makes every weight matter: no normalization stays one, no bias zero."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.05)
    return model.eval()


def older(name):
    """What PyTorch below 2.1 and transformers 4 call a tensor."""
    return (
        name.replace("conv.parametrizations.weight.original0", "conv.weight_g")
        .replace("conv.parametrizations.weight.original1", "conv.weight_v")
    )


def save(model, folder, rename=None):
    folder.mkdir(parents=True, exist_ok=True)
    if rename is None:
        model.save_pretrained(folder)
    else:
        model.config.save_pretrained(folder)
        torch.save({rename(k): v.clone() for k, v in model.state_dict().items()}, folder / "pytorch_model.bin")


def hubert(root, kind):
    large = kind == "large"
    config = HubertConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, vocab_size=8,
        conv_dim=[12] * 7, conv_bias=large, feat_extract_norm="layer" if large else "group",
        do_stable_layer_norm=large, num_conv_pos_embeddings=8 if large else 5, num_conv_pos_embedding_groups=4,
    )
    model = shake(HubertForCTC(config))
    save(model, root / f"hubert_{kind}", None if large else older)
    time = torch.arange(8123) / 16000
    waveform = 0.3 * torch.sin(2 * torch.pi * 180 * time) + 0.05 * torch.randn(time.shape)
    extractor = Wav2Vec2FeatureExtractor(do_normalize=True, sampling_rate=16000)
    inputs = extractor(waveform.numpy(), sampling_rate=16000, return_tensors="pt").input_values
    bare = model.hubert
    with torch.no_grad():
        output = bare(inputs, output_hidden_states=True)
        last = output.last_hidden_state
        # hidden_states[-1] is normalized in transformers 4 and is not in 5; last_hidden_state always should be.
        return {
            f"hubert_{kind}.waveform": waveform,
            f"hubert_{kind}.input_values": inputs,
            f"hubert_{kind}.last_hidden_state": last,
            f"hubert_{kind}.last_of_hidden_states": output.hidden_states[-1],
        }


def vitmae(root):
    config = ViTMAEConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=32, patch_size=8,
        decoder_hidden_size=8, decoder_num_hidden_layers=1, decoder_num_attention_heads=2,
        decoder_intermediate_size=8, mask_ratio=0.0,
    )
    model = shake(ViTMAEForPreTraining(config))
    save(model, root / "vitmae")
    pixels = torch.rand(2, 3, 32, 32)
    patches = (32 // 8) ** 2
    with torch.no_grad():
        # Rising noise keeps the patches in their order.
        noise = torch.linspace(0, 1, patches).expand(2, -1)
        last = model.vit(pixels, noise=noise).last_hidden_state
    return {"vitmae.pixel_values": pixels, "vitmae.last_hidden_state": last}


def videomae(root, pooling):
    config = VideoMAEConfig(
        hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=8,
        num_frames=4, tubelet_size=2, decoder_hidden_size=8, decoder_num_hidden_layers=1,
        decoder_num_attention_heads=2, decoder_intermediate_size=8, use_mean_pooling=pooling,
    )
    name = "videomae_pooling" if pooling else "videomae"
    model = shake(VideoMAEForPreTraining(config))
    save(model, root / name)
    pixels = torch.rand(2, 4, 3, 16, 16)
    with torch.no_grad():
        last = model.videomae(pixels).last_hidden_state
    return {f"{name}.pixel_values": pixels, f"{name}.last_hidden_state": last}


def main(root):
    torch.manual_seed(20240611)
    numbers = {}
    for part in (hubert(root, "large"), hubert(root, "base"), vitmae(root), videomae(root, False),
                 videomae(root, True)):
        numbers.update({name: value.contiguous().float() for name, value in part.items()})
    save_file({name: value.clone() for name, value in numbers.items()}, root / "expected.safetensors")
    versions = {"torch": torch.__version__, "transformers": transformers.__version__}
    (root / "versions.json").write_text(json.dumps(versions, indent=2) + "\n")
    # A bare model must load from the same files, as people use them.
    HubertModel.from_pretrained(root / "hubert_large")
    ViTMAEModel.from_pretrained(root / "vitmae")
    VideoMAEModel.from_pretrained(root / "videomae")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
