"""What a Trace and its Gradients say: one question a file, arrays and small frozen data out."""
