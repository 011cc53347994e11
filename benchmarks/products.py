"""The feed-forward's gate inside the matrix product before it: our kernels for Hopper beside cuBLAS and a kernel for the gate,
with Llama-2-7B's sizes, one layer, 7,680 tokens, bf16.

    python benchmarks/products.py

Run it from the repository's root, on a GPU of compute capability 9.0. First it compares with float32 arithmetic, then it times: each
alone, the median of five times twenty calls; and both ways of computing by turns, for seconds each, because a card whose power is
limited computes more slowly when it is warm, and the more slowly the more energy a kernel takes.
"""
import ctypes
import time

import torch
from torch.nn.functional import silu

from hopper import Kernels, check, distance, driver, timed

STAGE_BYTES, PANEL_BYTES, THREADS = 49152, 8192, 384
FILES = ("HopperUnits.cu", "HopperPipeline.cu", "HopperProducts.cu")
KERNELS = {name: (THREADS, 4 * STAGE_BYTES + 4 * PANEL_BYTES) for name in ("gated_product", "gated_product_backward")}
GATES = {"swiglu": (512, 0), "swiglu_backward": (512, 0)}
TOKENS, HIDDEN, INNER, VECTOR = 7680, 4096, 11008, 8
TYPES = {torch.float16: 6, torch.bfloat16: 9}
SECONDS, LAYERS, TURNS = 2, 8, 3


def described(matrix, rows):
    """A matrix as the copy engine wants to know it, with rows x 64 copied at once (TensorMap.cs)."""
    room = ctypes.create_string_buffer(192)
    place = (ctypes.addressof(room) + 63) // 64 * 64
    sizes = (ctypes.c_uint64 * 2)(matrix.shape[1], matrix.shape[0])
    stride = (ctypes.c_uint64 * 1)(matrix.stride(0) * 2)
    box, steps = (ctypes.c_uint32 * 2)(64, rows), (ctypes.c_uint32 * 2)(1, 1)
    check(driver.cuTensorMapEncodeTiled(
        ctypes.c_void_p(place), TYPES[matrix.dtype], 2, ctypes.c_void_p(matrix.data_ptr()), sizes, stride, box, steps, 0, 3, 2, 0),
        "cuTensorMapEncodeTiled")
    return ctypes.string_at(place, 128)


class Layer:
    """Gate, up and down of a layer, and a batch of rows."""

    def __init__(self, kernels, gates, tokens, hidden, inner, dtype, seed=0):
        torch.manual_seed(seed)
        normal = lambda *shape: torch.randn(*shape, device="cuda").to(dtype)
        self.kernels, self.gates = kernels, gates
        self.sizes = tokens, inner, hidden
        self.x, self.gradient = normal(tokens, hidden), normal(tokens, hidden)
        self.up, self.down = normal(2 * inner, hidden) * hidden ** -0.5, normal(hidden, inner) * hidden ** -0.5
        self.gate_up, self.gated = normal(tokens, 2 * inner), normal(tokens, inner)

    def launch(self, name, width, maps):
        tokens, inner, _ = self.sizes
        tiles = -(-tokens // 256) * -(-inner // width)
        clusters = torch.cuda.get_device_properties(0).multi_processor_count // 2
        self.kernels.launch(name, 2 * min(clusters, tiles), [*maps, *self.sizes])

    def forward(self):
        gates, ups = self.up.chunk(2)
        self.launch("gated_product", 128, [
            described(self.x, 128), described(gates, 128), described(ups, 128), *self.halves(), described(self.gated, 64)])

    def backward(self):
        self.launch("gated_product_backward", 256, [described(self.gradient, 128), described(self.down, 64), *self.halves()])

    def halves(self):
        return [described(half, 64) for half in self.gate_up.chunk(2, 1)]

    def forward_apart(self):
        torch.mm(self.x, self.up.t(), out=self.gate_up)
        self.gates.launch("swiglu", self.sizes[0], [self.gate_up, self.gated, self.sizes[1] // VECTOR])

    def backward_apart(self):
        torch.mm(self.gradient, self.down, out=self.gated)
        self.gates.launch("swiglu_backward", self.sizes[0], [self.gated, self.gate_up, self.sizes[1] // VECTOR])

    # The way back replaces its input, which the way forwards makes anew.
    def both(self):
        self.forward()
        self.backward()

    def both_apart(self):
        self.forward_apart()
        self.backward_apart()

    def plain_backward(self):
        gate, up = self.gate_up.float().chunk(2, 1)
        gradient, sigmoid = self.gradient.float() @ self.down.float(), gate.sigmoid()
        return torch.cat([gradient * up * sigmoid * (1 + gate * (1 - sigmoid)), gradient * gate * sigmoid], 1)


def compare(kernels, gates, element, dtype):
    for sizes in ((64, 16, 16), (257, 192, 272), (333, 4096, 336), (700, 80, 1040), (2600, 64, 2064)):
        layer = Layer(kernels, gates, *sizes, dtype)
        gradient = layer.plain_backward()
        layer.backward()
        line = [distance(layer.gate_up, gradient)]
        layer.forward()
        gate, up = layer.gate_up.float().chunk(2, 1)
        line = [distance(layer.gate_up, layer.x.float() @ layer.up.float().t()), distance(layer.gated, silu(gate) * up), *line]
        print(f"{element}, {sizes[0]} rows, {sizes[1]} to {sizes[2]}: " + " ".join(line), flush=True)


def by_turns(layers, ways):
    """Microseconds a layer of each way, for seconds at a time."""
    found = {name: [] for name in ways}
    for _ in range(TURNS):
        for name, call in ways.items():
            torch.cuda.synchronize()
            begin, count = time.perf_counter(), 0
            while time.perf_counter() - begin < SECONDS:
                for layer in layers:
                    call(layer)

                count += len(layers)
                torch.cuda.synchronize()

            found[name].append((time.perf_counter() - begin) / count * 1e6)

    return found


def main():
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    print("distances from float32 (gate and up, what is gated, the gradients of gate and up):")
    for element, dtype in (("f16", torch.float16), ("bf16", torch.bfloat16)):
        kernels, gates = Kernels(element, FILES, KERNELS), Kernels(element, ("Gates.cu",), GATES)
        compare(kernels, gates, element, dtype)

    layers = [Layer(kernels, gates, TOKENS, HIDDEN, INNER, torch.bfloat16, seed) for seed in range(LAYERS)]
    layer = layers[0]
    print(f"alone, forwards: ours {timed(layer.forward):.0f} us, cuBLAS and the gate {timed(layer.forward_apart):.0f}")
    print(f"alone, both ways: ours {timed(layer.both):.0f} us, cuBLAS and the gate {timed(layer.both_apart):.0f}")
    found = by_turns(layers, {"ours": Layer.both, "cuBLAS and the gate": Layer.both_apart})
    for name, times in found.items():
        print(f"by turns, {SECONDS} s each, both ways: {name} " + ", ".join(f"{value:.0f}" for value in times) + " us a layer")


if __name__ == "__main__":
    main()
