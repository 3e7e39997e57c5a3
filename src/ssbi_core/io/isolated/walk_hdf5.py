"""Visit everything a reader will look at in an HDF5 file: groups, attributes, chunk indices, small arrays."""

from __future__ import annotations

import sys

import h5py

SMALL = 1 << 18


def walk(group: h5py.Group) -> None:
    """Visit a group and all below it; the loops of a damaged file end with the process."""
    dict(group.attrs)
    for name in group:
        if isinstance(group.get(name, getlink=True), h5py.ExternalLink | h5py.SoftLink):
            continue
        item = group[name]
        if isinstance(item, h5py.Dataset):
            look_at(item)
        elif isinstance(item, h5py.Group):
            walk(item)


def look_at(dataset: h5py.Dataset) -> None:
    """Read what describes a dataset, and its values where they are few or of variable length."""
    dict(dataset.attrs)
    if dataset.chunks is not None and dataset.id.get_num_chunks():
        dataset.id.get_chunk_info(0)
    if dataset.size and (dataset.nbytes <= SMALL or dataset.dtype.hasobject):
        dataset[()]


if __name__ == "__main__":
    with h5py.File(sys.argv[1], "r") as file:
        walk(file)
