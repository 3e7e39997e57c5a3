"""The steps of the analysis in the order of the work; another one is another file and its line here."""

from napari_ssbi.widgets.step_panel import StepPanel
from napari_ssbi.widgets.steps.anomalies import AnomaliesPanel
from napari_ssbi.widgets.steps.data import DataPanel
from napari_ssbi.widgets.steps.graph import GraphPanel
from napari_ssbi.widgets.steps.optimization import OptimizationPanel
from napari_ssbi.widgets.steps.phases import PhasesPanel
from napari_ssbi.widgets.steps.prediction import PredictionPanel
from napari_ssbi.widgets.steps.report import ReportPanel
from napari_ssbi.widgets.steps.transport import TransportPanel

STEPS: tuple[type[StepPanel], ...] = (
    DataPanel,
    PhasesPanel,
    GraphPanel,
    TransportPanel,
    PredictionPanel,
    AnomaliesPanel,
    ReportPanel,
    OptimizationPanel,
)
