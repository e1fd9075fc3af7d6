#!/usr/bin/env python3
"""Runs a command in its own terminal and draws the screen as SVG.

    tools/draw_terminal.py --at 6 -o docs/live.svg -- luthier run ...

The picture shows the screen `--at` seconds after the start, or at the end of the command if that comes
first. The command is then interrupted, as with Ctrl-C.
"""

import argparse
import fcntl
import html
import os
import pty
import select
import shlex
import signal
import struct
import sys
import termios
import time

import pyte

CELL_W, CELL_H, MARGIN = 8.4, 18, 16
COLOURS = {"default": "#d8dee9", "red": "#e06c75", "green": "#98c379", "brown": "#e5c07b", "yellow": "#e5c07b",
           "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#ffffff", "black": "#7f848e"}


def shown(command, columns, rows, at_s):
    """The screen of the command after `at_s` seconds."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    end = time.monotonic() + at_s
    try:
        while (left := end - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                stream.feed(os.read(terminal, 1 << 16))
    except OSError:
        pass  # the command has ended
    os.kill(child, signal.SIGINT)
    os.close(terminal)
    os.waitpid(child, 0)
    return screen


def runs(line, columns):
    """(first column, text, character) for each part of a line with the same style."""
    first = 0
    for column in range(1, columns + 1):
        look = lambda c: (line[c].fg, line[c].bold)
        if column == columns or look(column) != look(first):
            yield first, "".join(line[c].data for c in range(first, column)), line[first]
            first = column


def colour(name):
    return COLOURS.get(name, name if name.startswith("#") else "#" + name)


def drawn(screen, command):
    filled = [number for number, text in enumerate(screen.display) if text.strip()]
    lines = filled[-1] + 2 if filled else 1
    width, height = screen.columns * CELL_W + 2 * MARGIN, (lines + 1) * CELL_H + 2 * MARGIN
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"',
             f' aria-label="{html.escape(shlex.join(command))}, as it runs">',
             f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#1e2430"/>',
             '<g font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="14" xml:space="preserve">']

    def text(row, column, words, fill, bold=False):
        if words.strip():
            x, y = MARGIN + column * CELL_W, MARGIN + (row + 0.75) * CELL_H
            weight = ' font-weight="bold"' if bold else ""
            length = f' textLength="{len(words) * CELL_W:.1f}"'
            parts.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}"{weight}{length}>{html.escape(words)}</text>')

    for number in range(lines - 1):
        for column, words, character in runs(screen.buffer[number], screen.columns):
            blank = len(words) - len(words.lstrip())
            text(number, column + blank, words.strip(), colour(character.fg), character.bold)
    return "\n".join(parts) + "\n</g></svg>\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    parser.add_argument("--at", type=float, default=5, metavar="SECONDS")
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--rows", type=int, default=30)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    screen = shown(options.command, options.columns, options.rows, options.at)
    if not any(line.strip() for line in screen.display):
        sys.exit(f"draw_terminal: '{options.command[0]}' showed nothing in {options.at:g} s; give it longer with --at")
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(drawn(screen, options.command))


if __name__ == "__main__":
    main()
