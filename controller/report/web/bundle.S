/* Three files and their sizes into the program; -I, from CMake, names the folder they are in. */
    .section .rodata
    .global knead_web_script, knead_web_script_size
    .global knead_web_style, knead_web_style_size
    .global knead_web_missing, knead_web_missing_size
knead_web_script:
    .incbin "report.js"
script_end:
    .byte 0
knead_web_style:
    .incbin "report.css"
style_end:
    .byte 0
knead_web_missing:
    .incbin "missing.txt"
missing_end:
    .byte 0
    .balign 8
knead_web_script_size:
    .quad script_end - knead_web_script
knead_web_style_size:
    .quad style_end - knead_web_style
knead_web_missing_size:
    .quad missing_end - knead_web_missing
    .section .note.GNU-stack,"",%progbits
