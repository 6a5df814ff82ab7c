#include "controller/cli/completion_shells.h"

#include <string.h>

#include "controller/cli/completion.h"

/// Text between single quotes; `quote` is how one of them is written inside.
static void put_quoted(FILE* out, const char* text, const char* quote)
{
    (void)fputc('\'', out);
    for (; *text != '\0'; ++text) {
        if (*text == '\'') {
            (void)fputs(quote, out);
        } else {
            (void)fputc(*text, out);
        }
    }
    (void)fputc('\'', out);
}

static bool accepts(const verb_t* verb, int id)
{
    return (verb->accepted & OPTION_BIT(id)) != 0;
}

// ------------------------------------------------------------------------------------ sh: in both

static void put_verbs(FILE* out)
{
    (void)fputs("_knead_verbs='", out);
    for (int i = 0; verb_at(i) != NULL; ++i) {
        (void)fprintf(out, "%s ", verb_at(i)->name);
    }
    (void)fputs("help'\n", out);
}

static void put_arguments(FILE* out)
{
    (void)fputs("# OPTION: what can stand behind it; fails where nothing does\n"
                "_knead_argument() {\n    case $1 in\n",
                out);
    for (int id = 0; id < OPTION_COUNT; ++id) {
        const option_info_t* info = option_info((option_id_t)id);
        char spec[COMPLETION_SPEC_CAPACITY];
        if (info->kind != OPTION_KIND_FLAG) {
            completion_of_option((option_id_t)id, spec);
            (void)fprintf(out, "    --%s) echo '%s' ;;\n", info->name, spec);
        }
    }
    (void)fputs("    *) return 1 ;;\n    esac\n}\n", out);
}

static void put_options_of_verbs(FILE* out)
{
    (void)fputs("# VERB: its options\n_knead_options() {\n    case $1 in\n", out);
    for (int i = 0; verb_at(i) != NULL; ++i) {
        const verb_t* verb = verb_at(i);
        (void)fprintf(out, "    %s) echo '", verb->name);
        for (int id = 0; id < OPTION_COUNT; ++id) {
            if (accepts(verb, id)) {
                (void)fprintf(out, "--%s ", option_info((option_id_t)id)->name);
            }
        }
        (void)fputs("--help' ;;\n", out);
    }
    (void)fputs("    esac\n}\n", out);
}

static void put_operands(FILE* out)
{
    (void)fputs("# VERB, operands before it, the first of them: what can stand there\n"
                "_knead_operands() {\n    case $1:$2:$3 in\n",
                out);
    for (int i = 0; verb_at(i) != NULL; ++i) {
        completion_row_t rows[COMPLETION_ROW_CAPACITY];
        const int count = completion_of_operands(verb_at(i), rows);
        for (int row = 0; row < count; ++row) {
            (void)fprintf(out, "    %s:%s:%s) echo '%s' ;;\n", verb_at(i)->name,
                          rows[row].first ? "0" : "[1-9]*",
                          rows[row].behind[0] != '\0' ? rows[row].behind : "*", rows[row].spec);
        }
    }
    (void)fputs("    help:0:*) echo \"$_knead_verbs\" ;;\n    esac\n}\n", out);
}

static void put_functions(FILE* out)
{
    put_verbs(out);
    put_arguments(out);
    put_options_of_verbs(out);
    put_operands(out);
}

// ------------------------------------------------------------------------------------------ bash

static const char bash_frame[] =
    "# SPEC WORD: adds to the answers what completes the word\n"
    "_knead_fill() {\n"
    "    local word line\n"
    "    for word in $1; do\n"
    "        while IFS= read -r line; do\n"
    "            [[ -z $line ]] || COMPREPLY+=(\"$line\")\n"
    "        done < <(case $word in\n"
    "            @files) compgen -f -- \"$2\" ;;\n"
    "            @folders) compgen -d -- \"$2\" ;;\n"
    "            # Names of files and devices: what compgen -W would expand, and run.\n"
    "            @*) \"${COMP_WORDS[0]}\" completion words \"${word#@}\" \"${machine[@]}\" \\\n"
    "                2>/dev/null | while IFS= read -r line; do\n"
    "                    [[ $line != \"$2\"* ]] || printf '%q\\n' \"$line\"\n"
    "                done ;;\n"
    "            *) compgen -W \"$word\" -- \"$2\" ;;\n"
    "            esac)\n"
    "        # Outside of a completion, in a test, there is nothing to tell.\n"
    "        [[ $word != @files && $word != @folders ]] ||\n"
    "            compopt -o filenames 2>/dev/null || true\n"
    "    done\n"
    "}\n"
    "_knead() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local verb=${COMP_WORDS[1]} spec word first='' index=0 i\n"
    "    local -a machine=()\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _knead_fill \"$_knead_verbs --help --version\" \"$current\"\n"
    "        return\n"
    "    fi\n"
    "    # '--name=word' comes as three words where '=' parts them.\n"
    "    if [[ $current == '=' ]]; then\n"
    "        current=''\n"
    "    elif [[ $previous == '=' ]]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    for ((i = 2; i < COMP_CWORD; ++i)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if _knead_argument \"$word\" >/dev/null; then\n"
    "            [[ ${COMP_WORDS[i + 1]} != '=' ]] || ((++i))\n"
    "            ((++i))\n"
    "            [[ $word != --machine ]] || machine=(--machine \"${COMP_WORDS[i]}\")\n"
    "        elif [[ $word != -* ]]; then\n"
    "            [[ $index -gt 0 ]] || first=$word\n"
    "            ((++index))\n"
    "        fi\n"
    "    done\n"
    "    if spec=$(_knead_argument \"$previous\"); then\n"
    "        _knead_fill \"$spec\" \"$current\"\n"
    "    elif [[ $current == -* ]]; then\n"
    "        _knead_fill \"$(_knead_options \"$verb\")\" \"$current\"\n"
    "    else\n"
    "        _knead_fill \"$(_knead_operands \"$verb\" \"$index\" \"$first\")\" \"$current\"\n"
    "    fi\n"
    "}\n"
    "complete -F _knead knead\n";

void completion_write_bash(FILE* out)
{
    (void)fputs("# Completion of knead for bash, written by 'knead completion bash'.\n", out);
    put_functions(out);
    (void)fputs(bash_frame, out);
}

// ------------------------------------------------------------------------------------------- zsh

static const char zsh_frame[] =
    "_knead_fill() {\n"
    "    local word\n"
    "    local -a found described\n"
    "    for word in ${=1}; do\n"
    "        case $word in\n"
    "        @files) _files ;;\n"
    "        @folders) _files -/ ;;\n"
    "        @*) found=(${(f)\"$($words[1] completion words ${word#@} $machine 2>/dev/null)\"})\n"
    "            compadd -- $found ;;\n"
    "        *) described+=(\"$word:${_knead_meaning[$word]}\") ;;\n"
    "        esac\n"
    "    done\n"
    "    (( ! $#described )) || _describe word described\n"
    "}\n"
    "_knead() {\n"
    "    local current=$words[CURRENT] previous=$words[CURRENT-1] verb=$words[2]\n"
    "    local spec word first='' index=0 i\n"
    "    local -a machine\n"
    "    if (( CURRENT == 2 )); then\n"
    "        _knead_fill \"$_knead_verbs --help --version\"\n"
    "        return\n"
    "    fi\n"
    "    if [[ $current == --*=* ]]; then\n"
    "        previous=${current%%=*}\n"
    "        compset -P '*='\n"
    "        current=''\n"
    "    fi\n"
    "    for (( i = 3; i < CURRENT; ++i )); do\n"
    "        word=$words[i]\n"
    "        if [[ $word == --machine=* ]]; then\n"
    "            machine=(--machine \"${word#*=}\")\n"
    "        elif _knead_argument \"$word\" >/dev/null; then\n"
    "            (( ++i ))\n"
    "            [[ $word != --machine ]] || machine=(--machine \"$words[i]\")\n"
    "        elif [[ $word != -* ]]; then\n"
    "            (( index > 0 )) || first=$word\n"
    "            (( ++index ))\n"
    "        fi\n"
    "    done\n"
    "    if spec=$(_knead_argument \"$previous\"); then\n"
    "        _knead_fill \"$spec\"\n"
    "    elif [[ $current == -* ]]; then\n"
    "        _knead_fill \"$(_knead_options \"$verb\")\"\n"
    "    else\n"
    "        _knead_fill \"$(_knead_operands \"$verb\" \"$index\" \"$first\")\"\n"
    "    fi\n"
    "}\n"
    "# Loaded by the shell it is the function's body; sourced it only registers.\n"
    "if [[ $funcstack[1] == _knead ]]; then\n"
    "    _knead \"$@\"\n"
    "else\n"
    "    compdef _knead knead\n"
    "fi\n";

/// The meanings of verbs and options, which zsh shows beside them.
static void put_meanings(FILE* out)
{
    (void)fputs("typeset -gA _knead_meaning\n_knead_meaning=(\n", out);
    for (int i = 0; verb_at(i) != NULL; ++i) {
        (void)fprintf(out, "    %s ", verb_at(i)->name);
        put_quoted(out, verb_at(i)->line, "'\\''");
        (void)fputc('\n', out);
    }
    for (int id = 0; id < OPTION_COUNT; ++id) {
        (void)fprintf(out, "    --%s ", option_info((option_id_t)id)->name);
        put_quoted(out, option_info((option_id_t)id)->meaning, "'\\''");
        (void)fputc('\n', out);
    }
    (void)fputs("    --help 'how it is used'\n    --version 'which version this is'\n"
                "    help 'how a verb is used'\n)\n",
                out);
}

void completion_write_zsh(FILE* out)
{
    (void)fputs("#compdef knead\n# Completion of knead for zsh, written by 'knead completion "
                "zsh'.\n",
                out);
    put_functions(out);
    put_meanings(out);
    (void)fputs(zsh_frame, out);
}

// ------------------------------------------------------------------------------------------ fish

static const char fish_frame[] =
    "# VERB: whether the line is about it\n"
    "function __knead_verb\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -ge 2; and test \"$words[2]\" = \"$argv[1]\"\n"
    "end\n"
    "# VERB first|later [FIRST]: whether such an operand is due\n"
    "function __knead_operand\n"
    "    set -l words (commandline -opc)\n"
    "    test (count $words) -ge 2; and test \"$words[2]\" = \"$argv[1]\"; or return 1\n"
    "    set -l operands\n"
    "    set -l skip no\n"
    "    for word in $words[3..-1]\n"
    "        if test $skip = yes\n"
    "            set skip no\n"
    "        else if contains -- $word $__knead_takes\n"
    "            set skip yes\n"
    "        else if not string match -q -- '-*' $word\n"
    "            set -a operands $word\n"
    "        end\n"
    "    end\n"
    "    if test $argv[2] = first\n"
    "        test (count $operands) -eq 0\n"
    "        return\n"
    "    end\n"
    "    test (count $operands) -ge 1; or return 1\n"
    "    test -z \"$argv[3]\"; or test \"$operands[1]\" = \"$argv[3]\"\n"
    "end\n";

/// The words of a spec as arguments of fish's 'complete'.
static void put_fish_spec(FILE* out, const char* spec)
{
    char words[COMPLETION_SPEC_CAPACITY];
    char* rest = words;
    bool files = false;
    (void)snprintf(words, sizeof words, "%s", spec);
    (void)fputs(" -a '", out);
    for (char* word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "@files") == 0) {
            files = true;
        } else if (strcmp(word, "@folders") == 0) {
            (void)fputs("(__fish_complete_directories) ", out);
        } else if (word[0] == '@') {
            (void)fprintf(out, "(knead completion words %s 2>/dev/null) ", word + 1);
        } else {
            (void)fprintf(out, "%s ", word);
        }
    }
    (void)fputs(files ? "' -F" : "'", out);
}

static void put_fish_verb(FILE* out, const verb_t* verb)
{
    (void)fprintf(out, "complete -c knead -n 'test (count (commandline -opc)) -eq 1' -a %s -d ",
                  verb->name);
    put_quoted(out, verb->line, "\\'");
    (void)fputc('\n', out);
    for (int id = 0; id < OPTION_COUNT; ++id) {
        const option_info_t* info = option_info((option_id_t)id);
        if (!accepts(verb, id)) {
            continue;
        }
        (void)fprintf(out, "complete -c knead -n '__knead_verb %s' -l %s", verb->name, info->name);
        if (info->kind != OPTION_KIND_FLAG) {
            char spec[COMPLETION_SPEC_CAPACITY];
            completion_of_option((option_id_t)id, spec);
            (void)fputs(" -r", out);
            put_fish_spec(out, spec);
        }
        (void)fputs(" -d ", out);
        put_quoted(out, info->meaning, "\\'");
        (void)fputc('\n', out);
    }
    completion_row_t rows[COMPLETION_ROW_CAPACITY];
    const int count = completion_of_operands(verb, rows);
    for (int row = 0; row < count; ++row) {
        (void)fprintf(out, "complete -c knead -n '__knead_operand %s %s %s'", verb->name,
                      rows[row].first ? "first" : "later", rows[row].behind);
        put_fish_spec(out, rows[row].spec);
        (void)fputc('\n', out);
    }
}

void completion_write_fish(FILE* out)
{
    (void)fputs("# Completion of knead for fish, written by 'knead completion fish'.\n"
                "set -g __knead_takes",
                out);
    for (int id = 0; id < OPTION_COUNT; ++id) {
        if (option_info((option_id_t)id)->kind != OPTION_KIND_FLAG) {
            (void)fprintf(out, " --%s", option_info((option_id_t)id)->name);
        }
    }
    (void)fputc('\n', out);
    (void)fputs(fish_frame, out);
    (void)fputs("complete -c knead -f\ncomplete -c knead -l help -s h -d 'how it is used'\n", out);
    for (int i = 0; verb_at(i) != NULL; ++i) {
        put_fish_verb(out, verb_at(i));
    }
}
