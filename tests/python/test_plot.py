"""Pictures of results, as notebooks show them."""

import xml.etree.ElementTree

import luthier
import pytest


@pytest.fixture
def result(tmp_path):
    experiment = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", samples=4, path=tmp_path / "drawn")
    while trials := experiment.ask(1):
        experiment.tell(trials[0], loss=(trials[0].config["x"] - 0.3) ** 2)
    experiment.close()
    return luthier.open(tmp_path / "drawn")


def texts(plot):
    root = xml.etree.ElementTree.fromstring(plot._repr_svg_())
    return [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_result_has_pictures(result, tmp_path):
    assert "loss" in texts(result.plot())
    assert {"x", "loss"} <= set(texts(result.plot("slice", "x", log=False, width=500, height=300)))
    plot = result.plot("best", axis="trials", log=True)
    assert {"trials", "loss (log scale)"} <= set(texts(plot))
    plot.save(tmp_path / "best.svg")
    assert (tmp_path / "best.svg").read_text() == str(plot) == plot.svg


def test_what_can_not_be_drawn_is_said(result):
    with pytest.raises(luthier.UsageError, match="no kind of plot 'bset'; did you mean 'best'"):
        result.plot("bset")
    with pytest.raises(luthier.UsageError, match="no parameter 'y'"):
        result.plot("slice", "y")
    with pytest.raises(ValueError, match="in memory"):
        experiment = luthier.Experiment({"x": luthier.uniform(0, 1)}, minimize="loss", samples=1)
        experiment.tell(experiment.ask(), loss=1)
        experiment.close().plot()
