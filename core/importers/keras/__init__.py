"""Models of Keras: in memory, `.keras` and `.h5`; in and out."""
