"""LoRA's updates of queries and values inside the rotation: our kernel for Hopper beside two products and the rotation behind
them, with Llama-2-7B's sizes, one layer, rank 64.

    python benchmarks/rotation.py

Run it from the repository's root, on a GPU of compute capability 9.0. First it compares with float32 arithmetic, then it times in
bf16 with CUDA events, the median of five times twenty calls.
"""
import torch

from hopper import Kernels, distance, timed

CHANNELS, TILE, THREADS, HEADS_OF_BLOCK = 128, 64, 128, 8
FILES = ("HopperUnits.cu", "HopperTiles.cu", "HopperRotation.cu")
KERNELS = {"update_and_turn": (THREADS, (4 * CHANNELS + 64) * TILE * 2)}
ROPE = {"rope": (512, 0)}
NONE = bytes(8)


class Case:
    """Rows of queries, keys and values with updates of some of the three, named by their first letters."""

    def __init__(self, kernels, rope, tokens, heads, key_heads, rank, updated, dtype):
        torch.manual_seed(0)
        normal = lambda *shape: torch.randn(*shape, device="cuda").to(dtype)
        self.kernels, self.rope_kernel, self.heads, self.key_heads, self.rank = kernels, rope, heads, key_heads, rank
        self.parts = [heads * CHANNELS, key_heads * CHANNELS, key_heads * CHANNELS]
        self.row, self.low = normal(tokens, sum(self.parts)), normal(tokens, len(updated) * rank)
        self.seconds = {name: normal(self.parts["qkv".index(name)], rank) * rank ** -0.5 for name in updated}
        self.positions = torch.arange(tokens, device="cuda") % 480
        angles = torch.outer(torch.arange(480), 1e4 ** (-torch.arange(0, CHANNELS, 2) / CHANNELS)).cuda()
        self.cosines, self.sines = angles.cos().contiguous(), angles.sin().contiguous()

    def updates(self):
        """Of each updated kind: which of the three, the tokens' inner values, the second matrix."""
        for i, (name, second) in enumerate(self.seconds.items()):
            yield "qkv".index(name), self.low[:, i * self.rank:(i + 1) * self.rank], second

    def one_pass(self):
        matrices = [NONE] * 6
        for kind, low, second in self.updates():
            matrices[2 * kind:2 * kind + 2] = [low, second]

        of_queries, of_keys = (-(-count // HEADS_OF_BLOCK) for count in (self.heads, self.key_heads))
        groups = of_queries + of_keys * (2 if "v" in self.seconds else 1)
        tokens, width = self.row.shape
        self.kernels.launch("update_and_turn", -(-tokens // TILE) * groups, [
            self.row, width, tokens, self.heads, self.key_heads, HEADS_OF_BLOCK, groups, *matrices, self.low.stride(0), self.rank,
            self.cosines, self.sines, self.positions])

    def products(self):
        kinds = self.row.split(self.parts, 1)
        for kind, low, second in self.updates():
            kinds[kind].addmm_(low, second.t())

    def rope(self):
        tokens, width = self.row.shape
        self.rope_kernel.launch("rope", tokens, [
            self.row, self.cosines, self.sines, self.positions, self.heads + self.key_heads, CHANNELS // 2, width])

    def behind(self):
        self.products()
        self.rope()

    def plain(self):
        """The same in float32."""
        query, key, value = kinds = [x.float() for x in self.row.split(self.parts, 1)]
        for kind, low, second in self.updates():
            kinds[kind] += low.float() @ second.float().t()

        cosine, sine = (table[self.positions][:, None] for table in (self.cosines, self.sines))
        turned = []
        for x in (query, key):
            left, right = x.unflatten(1, (-1, CHANNELS)).chunk(2, -1)
            turned.append(torch.cat([left * cosine - right * sine, right * cosine + left * sine], -1).flatten(1))

        return torch.cat([*turned, value], 1)


def main():
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}")
    print("distances from float32, one pass and one behind the other:")
    for element, dtype in (("bf16", torch.bfloat16), ("f16", torch.float16)):
        kernels, rope = Kernels(element, FILES, KERNELS), Kernels(element, ("Rotation.cu",), ROPE)
        for sizes in ((130, 4, 4, 64, "qv"), (1, 4, 4, 64, "qv"), (63, 12, 12, 16, "qkv"), (200, 16, 4, 8, "k")):
            case = Case(kernels, rope, *sizes, dtype)
            expected, before = case.plain(), case.row.clone()
            case.one_pass()
            line = distance(case.row, expected)
            case.row.copy_(before)
            case.behind()
            print(f"{element}, {sizes}: {line}, {distance(case.row, expected)}", flush=True)

        if element == "bf16":
            case = Case(kernels, rope, 7680, 32, 32, 64, "qv", dtype)
            one_pass, products, rotation, behind = (
                timed(work) for work in (case.one_pass, case.products, case.rope, case.behind))

    print(f"7,680 tokens, us: one pass {one_pass:.0f}; products {products:.0f}, rotation {rotation:.0f}, behind them {behind:.0f}")


if __name__ == "__main__":
    main()
