// The skill as text inside the library.
    .section .rodata
    .globl luthier_mcp_skill_begin
    .hidden luthier_mcp_skill_begin
luthier_mcp_skill_begin:
    .incbin LUTHIER_MCP_SKILL
    .globl luthier_mcp_skill_end
    .hidden luthier_mcp_skill_end
luthier_mcp_skill_end:
    .section .note.GNU-stack, "", @progbits
