#!/usr/bin/env python3
"""write_pages.py PROGRAM FOLDER: writes the manual pages and the completion script of `luthier`.

All of it is what the program says of itself (`luthier help --json`, `luthier completion`): a page for
the program and one for each command, in FOLDER/man/man1, and FOLDER/bash-completion/completions/luthier.
"""

import gzip
import json
import pathlib
import subprocess
import sys


def said(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


def roff(text):
    """Plain text as roff shows it: no escape, no request, no hyphen that can't be copied."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def heading(name, version, summary):
    return (f'.TH {name.upper()} 1 "" "luthier {version}" "Luthier"\n'
            f".SH NAME\n{roff(name)} \\- {roff(summary)}\n")


def example_block(examples):
    return ".SH EXAMPLES\n.nf\n" + "\n".join(roff(example) for example in examples) + "\n.fi\n" if examples else ""


def option_entry(option):
    names = ([f"-{option['letter']}"] if option["letter"] else []) + [f"--{option['name']}"]
    argument = f" \\fI{roff(option['argument'])}\\fR" if option["argument"] else ""
    again = "; may repeat" if option["repeatable"] else ""
    return ".TP\n" + ", ".join(f"\\fB{roff(name)}\\fR" for name in names) + argument + "\n" + roff(option["meaning"] + again) + "\n"


def option_section(options):
    text, group = ".SH OPTIONS\n", ""
    for option in options:
        if option["group"] != group:
            group = option["group"]
            text += f".SS {roff(group.capitalize())}\n" if group else ""
        text += option_entry(option)
    return text + ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nprint this in short\n"


def command_page(command, version):
    return (heading(f"luthier-{command['command']}", version, command["summary"]) +
            f".SH SYNOPSIS\n\\fB{roff(command['usage'])}\\fR\n" + example_block(command["examples"]) +
            option_section(command["options"]) + ".SH SEE ALSO\n\\fBluthier\\fR(1)\n")


def program_page(commands, version):
    rows = "".join(f".TP\n\\fBluthier\\-{roff(each['command'])}\\fR(1)\n{roff(each['summary'])}\n" for each in commands)
    return (heading("luthier", version, "tunes training code") +
            ".SH SYNOPSIS\n\\fBluthier\\fR \\fICOMMAND\\fR [\\fIARGUMENTS\\fR...]\n"
            ".SH DESCRIPTION\nLuthier proposes configurations of a program, runs trials of it side by side, stops the poor\n"
            "ones early, and keeps a log from which every decision can be explained, repeated and resumed.\n"
            ".SH COMMANDS\n" + rows)


def write_page(folder, name, text):
    """Compressed, with the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.1.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def main(program, folder):
    folder = pathlib.Path(folder)
    commands = [json.loads(line) for line in said(program, "help", "--json").splitlines()]
    version = json.loads(said(program, "version", "--json"))["version"]
    pages = {"luthier": program_page(commands, version)}
    pages |= {f"luthier-{each['command']}": command_page(each, version) for each in commands}
    for name, text in pages.items():
        write_page(folder / "man/man1", name, text)
    completions = folder / "bash-completion/completions"
    completions.mkdir(parents=True, exist_ok=True)
    (completions / "luthier").write_text(said(program, "completion", "bash"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
