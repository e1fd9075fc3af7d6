"""The table in a notebook that follows a run."""

import sys
import types

import luthier
from luthier import _live


class Display:
    """Stands for IPython.display."""

    def __init__(self):
        self.shown = []

    def HTML(self, text):
        return text

    def display(self, text, display_id):
        assert display_id
        self.shown.append(text)
        return types.SimpleNamespace(update=self.shown.append)


def test_a_notebook_shows_a_table_that_follows(monkeypatch, capfd):
    display = Display()
    shell = types.SimpleNamespace(kernel=object())
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: shell, display=display))
    result = luthier.Tuner(lambda config: config["x"], {"x": luthier.grid([3, 1, 2])}, minimize="loss",
                           results=None).run()
    assert len(result) == 3
    first, last = display.shown[0], display.shown[-1]
    assert first.startswith("<p>0 trials") and last.startswith("<p>3 trials (3 completed); best trial 1: loss=1")
    assert last.count("<tr>") == 4 and last.index("<td>1</td>") < last.index("<td>3</td>")
    assert capfd.readouterr().err == ""


def test_elsewhere_there_is_none(monkeypatch):
    assert _live.notebook() is None
    terminal = types.SimpleNamespace(get_ipython=lambda: types.SimpleNamespace(), display=Display())
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    assert _live.notebook() is None


def test_it_is_drawn_once_per_second():
    display = Display()
    clock = [0.0]
    live = _live.LiveTable(display, now=lambda: clock[0])
    view = luthier.View()
    live.on_open(view)
    for clock[0] in (0.4, 0.9, 1.1, 1.5, 2.0, 2.2):
        live.on_event(view, {})
    assert len(display.shown) == 3  # at 0, 1.1 and 2.2 seconds
    live.on_close(view)
    assert len(display.shown) == 4
