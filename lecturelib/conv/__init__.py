"""Convolutional networks: layers for images x (N, C, H, W), and the sizes that follow from them.

As in PyTorch, an image has its channels in front and weights are (out, in / groups, height, width).
What is called convolution here, there and in most papers on networks is a cross-correlation: the
kernel is laid on the image as it is, not turned by 180°.
"""

from lecturelib.conv.convolution import Conv2d, convolve
from lecturelib.conv.geometry import output_size, receptive_field
from lecturelib.conv.pooling import AvgPool2d, Flatten, GlobalAveragePool, MaxPool2d
from lecturelib.conv.residual import ResidualBlock

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "Flatten",
    "GlobalAveragePool",
    "MaxPool2d",
    "ResidualBlock",
    "convolve",
    "output_size",
    "receptive_field",
]
