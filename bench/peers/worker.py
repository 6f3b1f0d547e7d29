"""Runs one library in a process of its own: python3 worker.py torch|sklearn|numpy.

One JSON object per line, in and out. {"prepare": work} reads its arrays from files of raw f32;
{"run": true} does the work once and answers with the milliseconds of the call alone;
{"result": path} writes what the last run computed there, as raw f32. One thread.
"""

import os

for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS"):
    os.environ[name + "_NUM_THREADS"] = "1"

import json
import sys
import time

import numpy as np


class Torch:
    def __init__(self):
        import torch

        self.torch = torch
        torch.set_num_threads(1)
        self.version = torch.__version__

    def convolution(self, work):
        torch = self.torch
        functional = torch.nn.functional
        shape = (work["n"], work["layers"][0]["inChannels"], work["rows"], work["columns"])
        planes = torch.from_numpy(read(work["planes"], shape))
        layers = [
            (
                torch.from_numpy(read(layer["weights"], (layer["outChannels"], layer["inChannels"], 3, 3))),
                torch.from_numpy(read(layer["bias"], (layer["outChannels"],))),
                layer["relu"],
                layer["pool"],
            )
            for layer in work["layers"]
        ]

        def call():
            with torch.inference_mode():
                x = planes
                for weights, bias, relu, pool in layers:
                    x = functional.conv2d(x, weights, bias, padding=1)
                    if relu:
                        x = x.relu_()
                    if pool:
                        x = functional.max_pool2d(x, 2)
                return x

        return call


    def training(self, work):
        torch = self.torch
        functional = torch.nn.functional
        planes = torch.from_numpy(read(work["planes"], (work["n"], 2, work["side"], work["side"])))
        labels = torch.from_numpy(read(work["labels"], (-1,))).long()
        numbers = read(work["parameters"], (-1,))
        parameters, start, channels = [], 0, 2
        for width in work["widths"]:
            for shape in ((width, channels, 3, 3), (width,), (width,)):
                end = start + int(np.prod(shape))
                parameters.append(torch.tensor(numbers[start:end].reshape(shape), requires_grad=True))
                start = end
            channels = width
        support = work["support"]

        def call():
            x = planes
            for block in range(len(work["widths"])):
                weights, scales, shifts = parameters[3 * block : 3 * block + 3]
                x = functional.conv2d(x, weights, padding=1)
                x = functional.batch_norm(x, None, None, scales, shifts, training=True, eps=1e-5).relu()
                if block < work["pools"]:
                    x = functional.max_pool2d(x, 2)
            x = x.flatten(1)
            prototypes = torch.stack(
                [x[:support][labels[:support] == c].mean(0) for c in range(int(labels.max()) + 1)]
            )
            logits = -(x[support:, None] - prototypes[None]).square().mean(2)
            loss = functional.cross_entropy(logits, labels[support:])
            gradients = torch.autograd.grad(loss, parameters)
            return torch.cat([gradient.flatten() for gradient in gradients])

        return call


class Sklearn:
    def __init__(self):
        import sklearn
        from sklearn.cluster import KMeans

        self.KMeans = KMeans
        self.version = sklearn.__version__

    def kmeans(self, work):
        dimension, k = work["dimension"], work["k"]
        points = read(work["points"], (-1, dimension))
        centres = read(work["centres"], (k, dimension))

        def call():
            fitted = self.KMeans(
                n_clusters=k, init=centres, n_init=1, max_iter=work["iterations"], tol=0, algorithm="lloyd"
            ).fit(points)
            return fitted.cluster_centers_

        return call


class Numpy:
    def __init__(self):
        self.version = np.__version__

    def distances(self, work):
        dimension = work["dimension"]
        queries = read(work["queries"], (-1, dimension))
        prototypes = read(work["prototypes"], (-1, dimension))

        def call():
            # in place: every pass over 100 MB that can be spared is spared
            d = queries @ prototypes.T
            d *= -2
            d += np.einsum("ij,ij->i", queries, queries)[:, None]
            d += np.einsum("ij,ij->i", prototypes, prototypes)
            return d

        return call

    def nearest(self, work):
        dimension = work["dimension"]
        queries = read(work["queries"], (-1, dimension))
        prototypes = read(work["prototypes"], (-1, dimension))

        def call():
            # the query's own norm does not change which is nearest
            d = queries @ prototypes.T
            d *= -2
            d += np.einsum("ij,ij->i", prototypes, prototypes)
            return d.argmin(axis=1)

        return call


def read(path, shape):
    return np.fromfile(path, dtype=np.float32).reshape(shape)


def answer(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def main():
    engine = {"torch": Torch, "sklearn": Sklearn, "numpy": Numpy}[sys.argv[1]]()
    answer({"version": engine.version})
    call = result = None
    for line in sys.stdin:
        message = json.loads(line)
        if "prepare" in message:
            call = result = None
            build = getattr(engine, message["prepare"]["kind"], None)
            call = build and build(message["prepare"])
            answer({"able": call is not None})
        elif "run" in message:
            result = None
            start = time.perf_counter()
            result = call()
            answer({"ms": (time.perf_counter() - start) * 1e3})
        else:
            np.asarray(result).astype(np.float32).tofile(message["result"])
            answer({"written": True})


main()
