#include <stdio.h>
#include <string.h>

#include "controller/cli/verbs.h"
#include "controller/cli/version.h"

/// Text of which nothing is taken for a request or an escape of roff. A line that begins inside of
/// `text` is a line of the page's source.
static void put_text(const char* text, size_t length)
{
    bool begins = true;
    for (size_t i = 0; i < length; ++i) {
        const char c = text[i];
        if (begins && (c == '.' || c == '\'')) {
            (void)fputs("\\&", stdout);
        }
        begins = c == '\n';
        switch (c) {
        case '\\':
            (void)fputs("\\e", stdout);
            break;
        case '-':
            (void)fputs("\\-", stdout);
            break;
        case '\'':
            (void)fputs("\\(aq", stdout);
            break;
        case '^':
            (void)fputs("\\(ha", stdout);
            break;
        case '~':
            (void)fputs("\\(ti", stdout);
            break;
        case '`':
            (void)fputs("\\(ga", stdout);
            break;
        default:
            (void)fputc(c, stdout);
        }
    }
}

static void put(const char* text)
{
    put_text(text, strlen(text));
}

/// The lines of a verb's help: paragraphs between empty lines; an indented line stands alone.
static void put_paragraphs(const char* more)
{
    bool open = false;
    while (*more != '\0') {
        const size_t length = strcspn(more, "\n");
        const char* line = more + strspn(more, " ");
        const bool indented = line > more;
        if (length == 0) {
            open = false;
        } else {
            if (!open) {
                (void)puts(".PP");
            } else if (indented) {
                (void)puts(".br");
            }
            put_text(line, length - (size_t)(line - more));
            (void)fputc('\n', stdout);
            open = true;
        }
        more += length + (more[length] == '\n' ? 1 : 0);
    }
}

/// "--machine FILE", bold and italic.
static void put_option(const option_info_t* info)
{
    (void)fputs("\\fB", stdout);
    put("--");
    put(info->name);
    (void)fputs("\\fR", stdout);
    if (info->argument != NULL) {
        (void)fputs(" \\fI", stdout);
        put(info->argument);
        (void)fputs("\\fR", stdout);
    }
}

static void put_verb(const verb_t* verb)
{
    bool any = false;
    (void)fputs(".SS ", stdout);
    (void)printf("\\fBknead %s\\fR", verb->name);
    if (verb->operands[0] != '\0') {
        (void)fputc(' ', stdout);
        put(verb->operands);
    }
    (void)fputc('\n', stdout);
    put(verb->line);
    (void)puts(".");
    put_paragraphs(verb->more);
    for (int id = 0; id < OPTION_COUNT; ++id) {
        if ((verb->accepted & OPTION_BIT(id)) != 0) {
            (void)fputs(any ? ",\n" : ".PP\nOptions:\n", stdout);
            put_option(option_info((option_id_t)id));
            any = true;
        }
    }
    (void)fputs(any ? ".\n" : "", stdout);
}

static void put_options(void)
{
    (void)puts(".SH OPTIONS\nWhat each verb takes stands with it. Options and operands may come in "
               "any order; what stands behind\n.B \\-\\-\nis an operand.");
    for (int id = 0; id < OPTION_COUNT; ++id) {
        (void)puts(".TP");
        put_option(option_info((option_id_t)id));
        (void)fputc('\n', stdout);
        put(option_info((option_id_t)id)->meaning);
        (void)fputc('\n', stdout);
    }
    (void)puts(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nhow the verb is used, and what it takes");
}

static void put_rest(void)
{
    (void)puts(".SH EXIT STATUS");
    for (int i = 0; exit_code_at(i) != NULL; ++i) {
        (void)printf(".TP\n.B %d\n", exit_code_at(i)->number);
        put(exit_code_at(i)->text);
        (void)fputc('\n', stdout);
    }
    (void)puts(".SH ENVIRONMENT\n"
               ".TP\n.B KNEAD_DATA\nfolder that holds config, routines and sim instead of the "
               "shipped ones\n"
               ".TP\n.B NO_COLOR\nif it is not empty, nothing is coloured\n"
               ".TP\n.B TMPDIR\nwhere what is measured is kept while it is measured\n"
               ".SH FILES\n"
               ".TP\n.I runs/\nrecords of runs, a folder each, in the folder knead was started in\n"
               ".TP\n.I PREFIX/share/knead/\nthe shipped files\n"
               ".SH EXAMPLES\n"
               ".TP\n.B knead demo\na whole massage on a virtual table, with a report\n"
               ".TP\n.B knead check my\\-routine.yaml\nwhat is wrong with a routine\n"
               ".TP\n.B knead sim \\-\\-json my\\-routine.yaml\nplays it, figures as JSON\n"
               ".TP\n.B knead latency\nwhether this computer is punctual enough for a machine");
}

exit_code_t verb_man(const options_t* options, assembly_t* assembly)
{
    (void)options;
    (void)assembly;
    (void)printf(".TH KNEAD 1 \"\" \"knead %s\" \"User Commands\"\n", program_version());
    (void)puts(".SH NAME\nknead \\- controller of a robotic massage table arm\n"
               ".SH SYNOPSIS\n.B knead\n.I VERB\n[\\fIOPTION\\fR...]\n[\\fIFILE\\fR...]\n"
               ".br\n.B knead\n.I VERB\n.B \\-\\-help\n"
               ".SH DESCRIPTION\nknead plays massage routines, written in YAML, on a table with an "
               "arm whose drives and sensors speak Modbus, or on a virtual one. Data goes to "
               "standard output, messages to standard error.\n.SH VERBS");
    for (int i = 0; verb_at(i) != NULL; ++i) {
        put_verb(verb_at(i));
    }
    put_options();
    put_rest();
    return EXIT_DONE;
}
