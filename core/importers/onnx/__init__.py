"""Models in ONNX: the graph around its recurrent operators, read as nodes."""
