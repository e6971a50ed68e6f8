"""HDF5 files of others, walked with every claim checked."""
