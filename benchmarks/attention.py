"""Attention inside packed sequences: our kernels for Hopper beside PyTorch's, with Llama-2-7B's heads, one layer.

    python benchmarks/attention.py

Run it from the repository's root, on a GPU of compute capability 9.0. First it compares outputs and gradients with plain
float32 arithmetic, then it times, in bf16 with CUDA events, the median of five times twenty calls: ours (whose gradient includes
the rotation's), libtorch's variable-length flash attention (whose gradient does not), and, where all sequences are equally long,
cuDNN's attention over a grid.
"""
import math

import torch

from hopper import Kernels, distance, timed

CHANNELS, TILE, THREADS, TILE_BYTES, CHUNK = 128, 64, 128, 16384, 8
FILES = ("HopperUnits.cu", "HopperTiles.cu", "HopperAttention.cu")
KERNELS = {
    "attend": (THREADS, 4 * TILE_BYTES),
    "attend_backward": (THREADS, 6 * TILE_BYTES + 1024),
}
ATEN = torch.ops.aten


class Case:
    """One row of packed sequences with its turned queries and keys, and our kernels on it."""

    def __init__(self, kernels, lengths, heads, key_heads, dtype):
        torch.manual_seed(0)
        self.kernels, self.lengths, self.heads, self.key_heads = kernels, lengths, heads, key_heads
        self.tokens, self.longest = sum(lengths), max(lengths)
        self.starts = torch.tensor([0, *torch.tensor(lengths).cumsum(0).tolist()], device="cuda", dtype=torch.int32)
        self.positions = torch.cat([torch.arange(length) for length in lengths]).cuda()
        angles = torch.outer(torch.arange(self.longest), 1e4 ** (-torch.arange(0, CHANNELS, 2) / CHANNELS)).cuda()
        self.cosines, self.sines = angles.cos().contiguous(), angles.sin().contiguous()
        self.row = torch.randn(self.tokens, (heads + 2 * key_heads) * CHANNELS, device="cuda").to(dtype)
        self.gradient = torch.randn(self.tokens, heads * CHANNELS, device="cuda").to(dtype)
        self.parts = [heads * CHANNELS, key_heads * CHANNELS, key_heads * CHANNELS]
        self.query, self.key, self.value = self.row.split(self.parts, 1)
        self.output, self.result = torch.empty_like(self.gradient), torch.empty_like(self.row)
        self.logarithms = torch.empty(heads, self.tokens, device="cuda")
        self.products = torch.empty_like(self.logarithms)
        self.blocks = -(-self.longest // TILE)
        self.scale = 1 / math.sqrt(CHANNELS)

    def forward(self):
        self.kernels.launch("attend", self.blocks * self.heads * len(self.lengths), [
            self.query, self.key, self.value, self.row.shape[1], self.output, self.logarithms, self.starts, self.blocks,
            self.heads, self.heads // self.key_heads, self.tokens, self.scale * math.log2(math.e)])

    def backward(self):
        counted = torch.zeros(len(self.lengths) * self.key_heads, device="cuda", dtype=torch.int32)
        group = self.heads // self.key_heads
        chunks = -(-len(counted) // CHUNK)
        self.kernels.launch("attend_backward", chunks * CHUNK * self.blocks * (group + 1), [
            self.query, self.key, self.value, self.row.shape[1], self.output, self.gradient, self.logarithms, self.products,
            counted, self.result, self.starts, len(self.lengths), self.blocks, CHUNK, self.heads, group,
            self.tokens, self.scale * math.log2(math.e), self.scale, self.cosines, self.sines, self.positions])

    def headed(self, x):
        return x.unflatten(1, (-1, CHANNELS))

    def flash(self):
        """Forwards and backwards by libtorch."""
        query, key, value = (self.headed(x) for x in (self.query, self.key, self.value))
        sizes = (self.starts, self.starts, self.longest, self.longest, 0.0, True)
        forward = lambda: ATEN._flash_attention_forward(query, key, value, *sizes, False)
        output, logarithms, seed, offset, _ = forward()
        gradient = self.headed(self.gradient)
        return forward, lambda: ATEN._flash_attention_backward(
            gradient, query, key, value, output, logarithms, *sizes, seed, offset)

    def cudnn(self):
        """Forwards and backwards by cuDNN, for sequences of one length."""
        grid = lambda x: self.headed(x).unflatten(0, (len(self.lengths), -1)).transpose(1, 2)
        query, key, value, gradient = (grid(x) for x in (self.query, self.key, self.value, self.gradient))
        forward = lambda: ATEN._scaled_dot_product_cudnn_attention(query, key, value, None, True, 0.0, True, False)
        output, logarithms, starts, more_starts, longest, longest_key, seed, offset, _ = forward()
        return forward, lambda: ATEN._scaled_dot_product_cudnn_attention_backward(
            gradient, query, key, value, output, logarithms, seed, offset, None, starts, more_starts, longest, longest_key,
            0.0, True)

    def plain(self):
        """Output and gradients in float32, those of queries and keys turned back."""
        row = self.row.float().requires_grad_()
        query, key, value = (self.headed(x) for x in row.split(self.parts, 1))
        outputs = []
        for first, last in zip(self.starts[:-1].tolist(), self.starts[1:].tolist()):
            q, k, v = (x[first:last].transpose(0, 1) for x in (query, key, value))
            k, v = (x.repeat_interleave(self.heads // self.key_heads, 0) for x in (k, v))
            scores = q @ k.transpose(1, 2) * self.scale
            hidden = torch.ones_like(scores, dtype=torch.bool).triu(1)
            outputs.append((scores.masked_fill(hidden, -math.inf).softmax(-1) @ v).transpose(0, 1).flatten(1))

        output = torch.cat(outputs)
        output.backward(self.gradient.float())
        return output.detach(), self.turned_back(*row.grad.split(self.parts, 1))

    def turned_back(self, query, key, value):
        cosine, sine = (table[self.positions][:, None] for table in (self.cosines, self.sines))
        turned = []
        for x in (query, key):
            left, right = self.headed(x).float().chunk(2, -1)
            turned.append(torch.cat([left * cosine + right * sine, right * cosine - left * sine], -1).flatten(1))

        return *turned, value


def compare(kernels, element, dtype):
    for lengths, heads, key_heads in (([480, 480], 4, 4), ([1, 63, 64, 65, 130, 577, 7], 4, 4), ([200, 33], 8, 2)):
        case = Case(kernels, lengths, heads, key_heads, dtype)
        output, gradients = case.plain()
        case.forward()
        case.backward()
        line = [distance(case.output, output), *map(distance, case.result.split(case.parts, 1), gradients)]
        print(f"{element}, sequences of {lengths}, {heads} heads of which {key_heads} keys: " + " ".join(line), end="")
        if heads == key_heads:
            forward, backward = case.flash()
            turned = case.turned_back(*(x.flatten(1) for x in backward()[:3]))
            line = [distance(forward()[0].flatten(1), output), *map(distance, turned, gradients)]
            print("; flash attention: " + " ".join(line), end="")

        print(flush=True)


def measure(kernels, lengths):
    case = Case(kernels, lengths, 32, 32, torch.bfloat16)
    case.forward()
    line = [f"ours {timed(case.forward):.0f} + {timed(case.backward):.0f} us"]
    line.append("flash attention {:.0f} + {:.0f}".format(*map(timed, case.flash())))
    if len(set(lengths)) == 1:
        line.append("cuDNN {:.0f} + {:.0f}".format(*map(timed, case.cudnn())))

    print(f"{len(lengths)} sequences, {case.tokens} tokens: " + ", ".join(line), flush=True)


def main():
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    print("distances from float32 (of the output, and of the gradients of queries, keys and values):")
    for element, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        kernels = Kernels(element, FILES, KERNELS)
        compare(kernels, element, dtype)
        if element == "bf16":
            bf16 = kernels

    print("one layer, forwards + backwards:")
    for lengths in ([480] * 16, [480] * 4, [400 + 12 * i for i in range(16)]):
        measure(bf16, lengths)


if __name__ == "__main__":
    main()
