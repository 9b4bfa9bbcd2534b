"""Trains tiny-qwen3 from scratch. The run is resumable and its schedule counts steps, not seconds.

    python3 train.py --out run --bf16

First the model learns to copy random tokens (names and tool values depend on it), then it sees the dialogues. The learning rate is constant
until the last --decay steps; a file RUN/decay starts them early.
"""

import argparse
import multiprocessing
import os
import random
import time
from collections import deque
from pathlib import Path

import torch

import corpus
import dialogues
from model import CrossEntropy, Model, Shape
from prompt import NO_THOUGHT
from tokenizer import Tokenizer

LONGEST = 700
WARM_UP = 30


class Muon:
    """Momentum made orthogonal by five Newton-Schulz steps (Jordan 2024), for the matrices of the blocks; equal shapes go together."""

    def __init__(self, parameters, kind, momentum=0.95, weight_decay=0.02):
        self.kind, self.momentum, self.weight_decay = kind, momentum, weight_decay
        self.groups = {}
        for parameter in parameters:
            self.groups.setdefault(tuple(sorted(parameter.shape)), []).append((parameter, torch.zeros_like(parameter)))

    @torch.no_grad()
    def step(self, rate):
        for group in self.groups.values():
            updates = []
            for parameter, buffer in group:
                buffer.mul_(self.momentum).add_(parameter.grad, alpha=1 - self.momentum)
                update = parameter.grad.lerp(buffer, self.momentum)
                updates.append(update if update.shape[0] <= update.shape[1] else update.t())
            x = torch.stack(updates)
            x = (x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)).to(self.kind)
            for _ in range(5):
                a = x @ x.transpose(1, 2)
                x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
            for (parameter, _), update in zip(group, x.float()):
                rows, columns = parameter.shape
                update = update.t() if rows > columns else update
                parameter.mul_(1 - rate * self.weight_decay).add_(update, alpha=-rate * max(1, rows / columns) ** 0.5)

    def state(self):
        return [[buffer for _, buffer in group] for group in self.groups.values()]

    def load(self, state):
        for group, saved in zip(self.groups.values(), state):
            for (_, buffer), value in zip(group, saved):
                buffer.copy_(value)


class Batches:
    """Batches of about `tokens` padded tokens, sorted by length within a pool of samples."""

    def __init__(self, tokenizer, rng, tokens):
        self.tokenizer, self.rng, self.tokens = tokenizer, rng, tokens
        self.queue, self.copying = deque(), None
        wordings = dialogues.REPEATS + dialogues.CHINESE_REPEATS
        self.heads = [tokenizer.encode("<|im_start|>user\n" + wording.replace("{x}", "")) for wording in wordings]
        self.tail = tokenizer.encode("<|im_end|>\n<|im_start|>assistant\n" + NO_THOUGHT)
        self.end = tokenizer.encode("<|im_end|>")

    def random_copy(self):
        """Repeat random tokens: the one task that makes copying heads form."""
        rng = self.rng
        length = rng.randint(2, 24) if rng.random() < 0.85 else rng.randint(24, 48)
        ids = [rng.randrange(self.tokenizer.ordinary) for _ in range(length)]
        if rng.random() < 0.3:
            few = ids[: max(2, length // 2)]
            ids = [rng.choice(few) for _ in range(length)]
        return rng.choice(self.heads) + ids + self.tail, ids + self.end

    def repeated_block(self):
        """A block of random tokens three times over: the densest signal for a copying head; the first time is not counted."""
        length = self.rng.randint(4, 20)
        ids = [self.rng.randrange(self.tokenizer.ordinary) for _ in range(length)]
        return ids, ids + ids

    def pool(self, size, copy_share):
        samples = []
        while len(samples) < size:
            if self.rng.random() < copy_share:
                blocks = copy_share == 1 and self.rng.random() < 0.6
                samples.append(self.repeated_block() if blocks else self.random_copy())
                continue
            drawn = dialogues.sample(self.rng)
            pair = self.tokenizer.encode(drawn.prompt), self.tokenizer.encode(drawn.completion)
            if len(pair[0]) + len(pair[1]) <= LONGEST:
                samples.append(pair)
        samples.sort(key=lambda pair: len(pair[0]) + len(pair[1]) + self.rng.random() * 8)
        return samples

    def next(self, copy_share):
        if self.copying != copy_share:
            self.queue.clear()
            self.copying = copy_share
        if not self.queue:
            batches, current, longest = [], [], 0
            for pair in self.pool(1500, copy_share):
                length = len(pair[0]) + len(pair[1])
                if current and max(longest, length) * (len(current) + 1) > self.tokens:
                    batches.append(current)
                    current, longest = [], 0
                current.append(pair)
                longest = max(longest, length)
            self.rng.shuffle(batches)
            self.queue.extend(batches)
        return self.tensors(self.queue.popleft())

    @staticmethod
    def tensors(batch):
        """Ids, the flat places whose next token counts, and these next tokens."""
        longest = max(len(prompt) + len(answer) for prompt, answer in batch)
        longest += -longest % 8
        ids, places, targets = torch.zeros(len(batch), longest, dtype=torch.long), [], []
        for i, (prompt, answer) in enumerate(batch):
            ids[i, : len(prompt) + len(answer)] = torch.tensor(prompt + answer)
            first = i * longest + len(prompt) - 1
            places += range(first, first + len(answer))
            targets += answer
        return ids, torch.tensor(places), torch.tensor(targets)


class Trainer:
    """Data-parallel training in `workers` processes that share the weights: each computes gradients on its own batches, then does its
    part of the optimizer's step. Worker 0 decides about stages and rates, and writes the log and the checkpoints."""

    def __init__(self, options):
        self.options = options
        self.run = Path(options.out)
        self.run.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(options.seed)
        torch.set_num_threads(1)
        self.kind = torch.bfloat16 if options.bf16 else torch.float32
        self.tokenizer = Tokenizer.load()
        self.model = Model(Shape(vocabulary=len(self.tokenizer.tokens)), self.kind)
        self.named = dict(self.model.named_parameters())
        size = sum(p.numel() for p in self.named.values())
        weights = torch.zeros(size).share_memory_()
        self.gradients = [torch.zeros(size).share_memory_() for _ in range(options.workers)]
        self.views = {}
        place = 0
        for name, parameter in self.named.items():
            part = slice(place, place + parameter.numel())
            weights[part] = parameter.data.flatten()
            parameter.data = weights[part].view(parameter.shape)
            self.views[name] = [gradient[part].view(parameter.shape) for gradient in self.gradients]
            place = part.stop
        self.shared = torch.zeros(2, dtype=torch.float64).share_memory_()  # the rate (negative: stop), and whether to mix
        self.tallies = torch.zeros(options.workers, 3, dtype=torch.float64).share_memory_()  # loss, right, tokens of the step
        self.barrier = multiprocessing.Barrier(options.workers)
        self.step, self.mix_from, self.decay_from, self.tokens = 0, None, None, 0
        self.checkpoint = self.run / "checkpoint.pt"

    def say(self, text):
        print(text, flush=True)
        with open(self.run / "train.log", "a", encoding="utf-8") as log:
            log.write(text + "\n")

    def resume(self, rank, muon, adam):
        """Every worker reads its own optimizer state; worker 0 also the weights and the counters."""
        saved = torch.load(self.checkpoint)
        muon.load(torch.load(self.run / f"optimizer-{rank}.pt")["muon"])
        if adam:
            adam.load_state_dict(torch.load(self.run / f"optimizer-{rank}.pt")["adam"])
        self.step, self.tokens = saved["step"], saved["tokens"]
        self.mix_from, self.decay_from = saved["mix"], saved["decay"]
        if rank == 0:
            self.model.load_state_dict(saved["model"])
            self.say(f"resumed at step {self.step}")

    def save(self, rank, muon, adam):
        write(dict(muon=muon.state(), adam=adam.state_dict() if adam else None), self.run / f"optimizer-{rank}.pt")
        if rank == 0:
            state = dict(model=self.model.state_dict(), step=self.step, tokens=self.tokens)
            write(state | dict(mix=self.mix_from, decay=self.decay_from), self.checkpoint)

    def decide(self, recent):
        """Worker 0: the stage, and the factor on both learning rates."""
        options = self.options
        if not self.mix_from and len(recent) == 50 and sum(right for _, right in recent) / 50 > options.copy_until:
            self.mix_from = self.step
            self.say(f"step {self.step}: copying works, the dialogues begin")
        if self.decay_from is None and (self.step >= options.steps - options.decay or (self.run / "decay").exists()):
            self.decay_from = self.step
            self.say(f"step {self.step}: the decay begins")
        rate = min(1.0, (self.step + 1) / WARM_UP)
        if self.decay_from is not None:
            rate = 1 - (self.step - self.decay_from) / options.decay
        self.shared[0] = rate if rate > 0 else -1.0
        self.shared[1] = self.mix_from or 0

    def copy_share(self):
        """How much of a batch is random copying: all of it, then a quarter, then a little."""
        mix_from = int(self.shared[1])
        if not mix_from:
            return 1.0
        return 0.25 if self.step - mix_from < self.options.copy_fades else self.options.copy_share

    def optimizers(self, rank):
        """The matrices of every n-th layer are this worker's; embeddings and norms belong to the last worker."""
        workers = self.options.workers
        mine, others = {}, {}
        for name, parameter in self.named.items():
            if name.startswith("blocks") and parameter.dim() == 2:
                if int(name.split(".")[1]) % workers == rank:
                    mine[name] = parameter
            elif rank == workers - 1:
                others[name] = parameter
        adam = None
        if others:
            # The norms set the sharpness of attention and of the answer, and have a long way to go from one: they move faster.
            groups = [
                {"params": [others["embedding"]], "share": 1.0},
                {"params": [parameter for name, parameter in others.items() if name != "embedding"], "share": 3.0},
            ]
            adam = torch.optim.Adam(groups, lr=self.options.adam_rate, betas=(0.9, 0.98), eps=1e-9)
        return mine, others, Muon(mine.values(), self.kind), adam

    def work(self, rank):
        options = self.options
        torch.set_num_threads(1)
        mine, others, muon, adam = self.optimizers(rank)
        if self.checkpoint.exists():
            self.resume(rank, muon, adam)
        rng = random.Random(f"{options.seed} {rank} {self.step}")
        batches = {name: Batches(self.tokenizer, rng, size) for name, size in (("copy", 600), ("mix", options.batch))}
        recent, began, counted = deque(maxlen=50), time.time(), 0
        while True:
            if rank == 0:
                self.decide(recent)
            self.barrier.wait()
            rate, mixing = float(self.shared[0]), bool(self.shared[1])
            if rate < 0:
                break
            batch = batches["mix" if mixing else "copy"].next(self.copy_share())
            self.tallies[rank] = self.gradient(rank, batch, mixing)
            self.barrier.wait()
            for name in list(mine) + list(others):
                views = self.views[name]
                self.named[name].grad = sum(views[1:], views[0]) / len(views)
            muon.step(options.muon_rate * rate)
            if adam:
                for group in adam.param_groups:
                    group["lr"] = options.adam_rate * rate * group["share"]
                adam.step()
            self.step += 1
            loss, right, tokens = self.tallies.sum(0).tolist()
            recent.append((loss / options.workers, right / options.workers))
            self.tokens += int(tokens)
            counted += tokens
            if rank == 0 and self.step % 50 == 0:
                mean = [sum(values) / len(recent) for values in zip(*recent)]
                self.say(f"{'mix' if mixing else 'copy'} step {self.step} tokens {self.tokens} loss {mean[0]:.4f} right {mean[1]:.3f} "
                         f"rate {rate:.2f} {counted / (time.time() - began):.0f} tokens/s")  # fmt: skip
                began, counted = time.time(), 0
            if self.step % options.save_every == 0:
                self.barrier.wait()
                self.save(rank, muon, adam)
        self.save(rank, muon, adam)
        if rank == 0:
            write(self.model.state_dict(), self.run / "weights.pt")
            self.say(f"done at step {self.step}, {self.tokens} tokens")

    def gradient(self, rank, batch, mixing):
        """One batch forward and back; the gradient goes to this worker's shared memory."""
        for name, parameter in self.named.items():
            parameter.grad = None
        ids, places, targets = batch
        logits = self.model.logits(self.model(ids).flatten(0, 1)[places])
        loss = CrossEntropy.apply(logits, targets)
        loss.backward()
        for name, parameter in self.named.items():
            self.views[name][rank].copy_(parameter.grad)
        right = 0.0 if mixing else float((logits.detach().argmax(1) == targets).float().mean())
        return torch.tensor([float(loss.detach()), right, ids.numel()], dtype=torch.float64)


def write(state, file):
    """Writes a file whole or not at all."""
    unfinished = file.with_suffix(".part")
    torch.save(state, unfinished)
    os.replace(unfinished, file)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="run")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--decay", type=int, default=3000, help="steps of linear decay at the end")
    parser.add_argument("--batch", type=int, default=1600, help="padded tokens per worker and step")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--adam-rate", type=float, default=0.003)
    parser.add_argument("--copy-until", type=float, default=0.3)
    parser.add_argument("--copy-share", type=float, default=0.06, help="share of random copying among the dialogues")
    parser.add_argument("--copy-fades", type=int, default=500, help="steps with a quarter of random copying before that")
    parser.add_argument("--save-every", type=int, default=250)
    parser.add_argument("--workers", type=int, default=2, help="processes, one core each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16 (fast where the processor has AMX)")
    options = parser.parse_args()
    problems = corpus.check()
    if problems:
        raise SystemExit("\n".join(problems))
    multiprocessing.set_start_method("fork")
    trainer = Trainer(options)
    others = [multiprocessing.Process(target=trainer.work, args=(rank,)) for rank in range(1, options.workers)]
    for process in others:
        process.start()
    print("process ids", os.getpid(), *[process.pid for process in others], flush=True)
    trainer.work(0)
    for process in others:
        process.join()


if __name__ == "__main__":
    main()
