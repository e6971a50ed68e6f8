"""Logs that trainings elsewhere left, as runs of curves: TensorBoard's and Keras's CSVLogger's."""
