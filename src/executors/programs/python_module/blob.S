// What Python programs of trials import as `luthier`, as text inside the library.
    .macro file name, path
    .globl luthier_python_\name\()_begin
    .hidden luthier_python_\name\()_begin
luthier_python_\name\()_begin:
    .incbin "\path"
    .globl luthier_python_\name\()_end
    .hidden luthier_python_\name\()_end
luthier_python_\name\()_end:
    .endm
    .section .rodata
    file module, LUTHIER_PYTHON_MODULE
    file init, LUTHIER_PYTHON_INIT
    file trial, LUTHIER_PYTHON_TRIAL
    file values, LUTHIER_PYTHON_VALUES
    .section .note.GNU-stack, "", @progbits
