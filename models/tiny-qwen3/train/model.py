"""The Qwen3 architecture at a width of 256, with weights in FP32 and matrix products in bfloat16 where the processor has them."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Shape:
    vocabulary: int = 4096
    width: int = 256
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    head_width: int = 64
    feed_forward: int = 512
    rope_base: float = 1e6
    epsilon: float = 1e-6


class Rms(torch.autograd.Function):
    """RMS norm without a weight, in few passes. The norms before attention and feed-forward keep the weight one while training: the
    matrix after them absorbs it."""

    @staticmethod
    def forward(ctx, x, epsilon, kind):
        scale = torch.rsqrt(torch.linalg.vector_norm(x, dim=-1, keepdim=True).square_().div_(x.shape[-1]).add_(epsilon))
        y = x * scale
        ctx.save_for_backward(y, scale)
        return y.to(kind)

    @staticmethod
    def backward(ctx, gradient):
        y, scale = ctx.saved_tensors
        gradient = gradient.float()
        along = (gradient * y).mean(-1, keepdim=True)
        return torch.addcmul(gradient, y, along, value=-1).mul_(scale), None, None


class Rope(torch.autograd.Function):
    """Rotates the two halves of each head (NEOX order); its gradient is the rotation back. x is [batch, time, heads, head width]."""

    @staticmethod
    def rotate(x, cosine, sine):
        half = x.shape[-1] // 2
        a, b = x[..., :half], x[..., half:]
        out = torch.empty_like(x)
        torch.mul(a, cosine, out=out[..., :half]).addcmul_(b, sine, value=-1)
        torch.mul(b, cosine, out=out[..., half:]).addcmul_(a, sine)
        return out

    @staticmethod
    def forward(ctx, x, cosine, sine):
        ctx.save_for_backward(cosine, sine)
        return Rope.rotate(x, cosine, sine)

    @staticmethod
    def backward(ctx, gradient):
        cosine, sine = ctx.saved_tensors
        return Rope.rotate(gradient, cosine, -sine), None, None


class CrossEntropy(torch.autograd.Function):
    """The mean cross entropy of logits, whose gradient is made in the forward pass and kept in the logits' own type."""

    @staticmethod
    def forward(ctx, logits, targets):
        values = logits.float()
        top = values.amax(1, keepdim=True)
        wanted = values.gather(1, targets[:, None])
        powers = values.sub_(top).exp_() if values is not logits else (values - top).exp_()
        total = powers.sum(1, keepdim=True)
        loss = (total.log() + top - wanted).mean()
        gradient = powers.div_(total)
        gradient.scatter_add_(1, targets[:, None], -torch.ones_like(wanted))
        ctx.save_for_backward(gradient.div_(len(targets)).to(logits.dtype))
        return loss

    @staticmethod
    def backward(ctx, scale):
        (gradient,) = ctx.saved_tensors
        return gradient * scale.to(gradient.dtype), None


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

        def matrix(rows, columns, gain):
            return nn.Parameter(torch.randn(rows, columns) * gain * columns**-0.5)

        attention, kv = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
        self.q = matrix(attention, shape.width, 0.7)
        self.k = matrix(kv, shape.width, 0.7)
        self.v = matrix(kv, shape.width, 0.7)
        self.o = matrix(shape.width, attention, 0.3)
        self.q_norm = nn.Parameter(torch.ones(shape.head_width))
        self.k_norm = nn.Parameter(torch.ones(shape.head_width))
        self.gate = matrix(shape.feed_forward, shape.width, 0.7)
        self.up = matrix(shape.feed_forward, shape.width, 0.7)
        self.down = matrix(shape.width, shape.feed_forward, 0.3)

    def forward(self, x, cosine, sine, mask, kind, cache=None):
        s = self.shape
        batch, time, _ = x.shape
        heads = s.heads + s.kv_heads
        h = Rms.apply(x, s.epsilon, kind)
        qkv = F.linear(h, torch.cat((self.q, self.k, self.v)).to(kind))
        qk, v = qkv.split((heads * s.head_width, s.kv_heads * s.head_width), -1)
        weight = torch.cat((self.q_norm.expand(s.heads, -1) * s.head_width**-0.5, self.k_norm.expand(s.kv_heads, -1)))
        qk = Rms.apply(qk.reshape(batch, time, heads, s.head_width).float(), s.epsilon, torch.float32) * weight
        q, k = Rope.apply(qk, cosine, sine).to(kind).split((s.heads, s.kv_heads), 2)
        v = v.view(batch, time, s.kv_heads, s.head_width)
        if cache is not None:
            if cache:
                k, v = torch.cat((cache[0], k), 1), torch.cat((cache[1], v), 1)
            cache[:] = [k, v]
        x = x + F.linear(self.attend(q, k, v, mask), self.o.to(kind))
        h = Rms.apply(x, s.epsilon, kind)
        gate, up = F.linear(h, torch.cat((self.gate, self.up)).to(kind)).chunk(2, -1)
        return x + F.linear(F.silu(gate) * up, self.down.to(kind))

    def attend(self, q, k, v, mask):
        """Attention with the query heads of one group folded into the rows of a product."""
        s = self.shape
        batch, time, past, group = q.shape[0], q.shape[1], k.shape[1], s.heads // s.kv_heads
        q = q.view(batch, time, s.kv_heads, group, -1).permute(0, 2, 3, 1, 4).reshape(batch * s.kv_heads, group * time, -1)
        k = k.permute(0, 2, 3, 1).reshape(batch * s.kv_heads, -1, past)
        v = v.permute(0, 2, 1, 3).reshape(batch * s.kv_heads, past, -1)
        scores = torch.bmm(q, k)
        if mask is not None:
            scores = (scores.view(-1, group, time, past) + mask.to(scores.dtype)).view(-1, group * time, past)
        y = torch.bmm(torch.softmax(scores, -1), v)
        return y.view(batch, s.kv_heads, group, time, -1).permute(0, 3, 1, 2, 4).reshape(batch, time, -1)


class Model(nn.Module):
    def __init__(self, shape=Shape(), kind=torch.float32):
        super().__init__()
        self.shape, self.kind = shape, kind
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, shape.width) * 0.02)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.width))
        self.frequencies = shape.rope_base ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)

    def rotation(self, start, time):
        angles = torch.arange(start, start + time).float()[:, None] * self.frequencies
        return angles.cos()[:, None], angles.sin()[:, None]

    def forward(self, ids, start=0, caches=None):
        """The normed last states, [batch, time, width]."""
        cosine, sine = self.rotation(start, ids.shape[1])
        mask = torch.full((ids.shape[1],) * 2, -1e30).triu(1) if ids.shape[1] > 1 else None
        x = F.embedding(ids, self.embedding)
        for i, block in enumerate(self.blocks):
            x = block(x, cosine, sine, mask, self.kind, None if caches is None else caches[i])
        return Rms.apply(x, self.shape.epsilon, torch.float32) * self.norm

    def logits(self, states):
        return F.linear(states.to(self.kind), self.embedding.to(self.kind))


@torch.no_grad()
def greedy(model, prompt, stop, longest=220):
    """The greedy answer to one prompt: its ids, and the smallest margin between the best and the second-best token."""
    caches, ids, start, out, margin = [[] for _ in model.blocks], torch.tensor([prompt]), 0, [], float("inf")
    while len(out) < longest:
        states = model(ids, start, caches)
        start += ids.shape[1]
        best = model.logits(states[0, -1]).topk(2)
        margin = min(margin, float(best.values[0] - best.values[1]))
        chosen = int(best.indices[0])
        if chosen in stop:
            break
        out.append(chosen)
        ids = torch.tensor([[chosen]])
    return out, margin
