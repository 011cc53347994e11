"""A vision transformer of EVA ViT-g's sizes in plain PyTorch modules."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Block(nn.Module):
    def __init__(self, channels=1408, inner=6144, heads=16):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.proj = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.fc1, self.fc2 = nn.Linear(channels, inner), nn.Linear(inner, channels)

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        x = x + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, c))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Vision(nn.Module):
    def __init__(self, image_size=448):
        super().__init__()
        self.patch = nn.Conv2d(3, 1408, 14, 14)
        self.cls = nn.Parameter(torch.zeros(1, 1, 1408))
        self.positions = nn.Parameter(torch.zeros(1, 1 + (image_size // 14) ** 2, 1408))
        self.blocks = nn.ModuleList(Block() for _ in range(39))

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return x
