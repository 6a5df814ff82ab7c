/* Three files into the program, found by the folder that CMake names with -I. */
    .section .rodata
    .global knead_web_script, knead_web_script_end
    .global knead_web_style, knead_web_style_end
    .global knead_web_missing, knead_web_missing_end
knead_web_script:
    .incbin "report.js"
knead_web_script_end:
    .byte 0
knead_web_style:
    .incbin "report.css"
knead_web_style_end:
    .byte 0
knead_web_missing:
    .incbin "missing.txt"
knead_web_missing_end:
    .byte 0
    .section .note.GNU-stack,"",%progbits
