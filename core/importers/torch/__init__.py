"""Models of PyTorch: weights by name in `.safetensors`; in and out."""
