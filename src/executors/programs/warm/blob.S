// The runner of warm starts as text inside the library.
    .section .rodata
    .globl luthier_warm_start_begin
    .hidden luthier_warm_start_begin
luthier_warm_start_begin:
    .incbin LUTHIER_WARM_START
    .globl luthier_warm_start_end
    .hidden luthier_warm_start_end
luthier_warm_start_end:
    .section .note.GNU-stack, "", @progbits
