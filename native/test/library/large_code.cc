// A library of much code that nobody runs: what is loaded after it was unloaded lies where it was.

asm(".text\n"
    ".globl large_code_begin\n"
    ".type large_code_begin, %function\n"
    "large_code_begin:\n"
    ".zero 4194304\n"
    ".globl large_code_end\n"
    ".type large_code_end, %function\n"
    "large_code_end:\n"
    ".zero 16\n");
