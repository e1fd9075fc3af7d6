// The guardian's program as bytes inside the library, so that nothing has to be installed.
    .section .rodata
    .balign 16
    .globl luthier_guardian_begin
    .hidden luthier_guardian_begin
luthier_guardian_begin:
    .incbin LUTHIER_GUARDIAN
    .globl luthier_guardian_end
    .hidden luthier_guardian_end
luthier_guardian_end:
    .section .note.GNU-stack, "", @progbits
