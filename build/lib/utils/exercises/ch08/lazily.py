"""PyTorch, imported when it is first needed."""


def pytorch():
    import torch

    return torch


def functional():
    import torch.nn.functional

    return torch.nn.functional
