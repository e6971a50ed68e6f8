"""The framework that wrote a file, asked whether it was read rightly."""
