"""Graphs out: one Parquet file that reads back without loss, GraphML for other programs, NetworkX.

The Parquet file holds nodes and edges in one table, told apart by the column ``kind``; columns of the
other kind are empty. The region image and what is not tabular travel in the file's metadata.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ssbi_core.errors import OutputError, ReadError
from ssbi_core.graph.interface_graph import InterfaceGraph

if TYPE_CHECKING:
    import networkx

_HEADER, _REGIONS = b"ssbi_graph", b"ssbi_regions"


def write_graph(graph: InterfaceGraph, folder: str | Path) -> tuple[Path, Path]:
    """Write ``graph.parquet`` and ``graph.graphml`` into `folder`, replacing what is there.

    Raises
    ------
    OutputError
        If the folder cannot be made or written.
    """
    folder = Path(folder)
    parquet, graphml = folder / "graph.parquet", folder / "graph.graphml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(parquet, lambda path: pq.write_table(_to_table(graph), path, compression="zstd"))
        _replace(graphml, lambda path: _write_graphml(graph, path))
    except OSError as error:
        raise OutputError(f"folder {folder} ({error})", "a folder that can be written", "choose another") from error
    return parquet, graphml


def read_graph(path: str | Path) -> InterfaceGraph:
    """Read a graph written by `write_graph` (the Parquet file, or the folder it is in).

    Raises
    ------
    ReadError
        If the file is missing, damaged, or not a graph.
    """
    path = Path(path)
    path = path / "graph.parquet" if path.is_dir() else path
    try:
        table = pq.ParquetFile(path).read()
        header = json.loads(table.schema.metadata[_HEADER])
        pixels = zlib.decompress(table.schema.metadata[_REGIONS])
        regions = np.frombuffer(pixels, "<i4").astype(np.int32).reshape(header["shape"])
        nodes, edges = (_select(table, kind, header[kind]) for kind in ("node", "edge"))
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError, zlib.error) as error:
        raise ReadError(f"{path} ({error})", "a graph.parquet written by ssbi", "write the graph again") from error
    record = {key: header[key] for key in ("axis", "pixel_size_nm", "name", "metadata")}
    return InterfaceGraph(nodes, edges, regions, **record)


def to_networkx(graph: InterfaceGraph) -> networkx.Graph:
    """Undirected NetworkX graph; what does not apply to a node or edge (NaN) is left out.

    Attributes are plain Python numbers, strings and booleans.
    """
    import networkx

    result = networkx.Graph(name=graph.name, axis=int(graph.axis), pixel_size_nm=float(graph.pixel_size_nm))
    result.add_nodes_from(enumerate(_attributes(graph.nodes)))
    pairs = graph.edges[["sender", "receiver"]].to_numpy().tolist()
    attributes = _attributes(graph.edges.drop(columns=["sender", "receiver"]))
    result.add_edges_from((*pair, values) for pair, values in zip(pairs, attributes, strict=True))
    return result


def _attributes(table: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in names]  # tolist turns NumPy scalars into Python's
    rows = zip(*columns, strict=True)
    return [{name: value for name, value in zip(names, row, strict=True) if value == value} for row in rows]


def _write_graphml(graph: InterfaceGraph, path: Path) -> None:
    import networkx

    networkx.write_graphml(to_networkx(graph), path)


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    # Written beside its place and moved there whole: a crash leaves no half file under the real name.
    partial = path.with_name(f".{path.name}.partial")
    try:
        write(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _to_table(graph: InterfaceGraph) -> pa.Table:
    parts = [
        pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
        for frame in (graph.nodes.assign(kind="node"), graph.edges.assign(kind="edge"))
    ]
    table = pa.concat_tables(parts, promote_options="default")
    header = {
        "shape": graph.regions.shape,
        "node": graph.nodes.dtypes.astype(str).to_dict(),
        "edge": graph.edges.dtypes.astype(str).to_dict(),
        "axis": graph.axis,
        "pixel_size_nm": graph.pixel_size_nm,
        "name": graph.name,
        "metadata": dict(graph.metadata),
    }
    regions = np.ascontiguousarray(graph.regions, "<i4").tobytes()
    return table.replace_schema_metadata(
        {_HEADER: json.dumps(header, default=str), _REGIONS: zlib.compress(regions, 1)}
    )


def _select(table: pa.Table, kind: str, dtypes: dict[str, str]) -> pd.DataFrame:
    rows = table.filter(pc.field("kind") == kind).select(list(dtypes))
    return rows.to_pandas().astype(dtypes)
