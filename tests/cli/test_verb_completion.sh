#!/bin/sh
# The shells really complete: bash by calling what it would call at the tab key, fish by its own
# 'complete -C', zsh in a pseudo terminal. Without a shell its part is left out, and said so.
set -eu
# shellcheck source=tests/cli/harness.sh
. tests/cli/harness.sh

mkdir "$work/bin"
ln -s "$(cd "$(dirname "$knead")" && pwd)/$(basename "$knead")" "$work/bin/knead"
PATH=$work/bin:$PATH
export PATH
for shell in bash zsh fish; do
    expect 0 knead completion "$shell"
    no_err
    cp "$work/out" "$work/knead.$shell"
done

cat >"$work/complete.bash" <<'END'
# WORD...: what bash offers for the last of them, a line each
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_knead
printf '%s\n' "${COMPREPLY[@]}"
END

# offers WORD... :: EXPECTED...: just these, in this order
offers() {
    words=
    while [ "$1" != :: ]; do
        words="$words '$1'"
        shift
    done
    shift
    printf '%s\n' "$@" >"$work/wanted"
    command_line="bash: knead$words"
    eval "bash '$work/complete.bash' '$work/knead.bash' knead $words" >"$work/out" 2>"$work/err"
    [ ! -s "$work/err" ] || fail "$command_line: $(cat "$work/err")"
    cmp -s "$work/out" "$work/wanted" ||
        fail "$command_line: $(tr '\n' ' ' <"$work/out"), wanted $(tr '\n' ' ' <"$work/wanted")"
}

verbs=$(knead --help | sed -n '/^Verbs:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p')
options_of() { knead help "$1" | sed -n '/^Options:/,$s/^  \(-h, \)\{0,1\}\(--[a-z-]*\).*/\2/p'; }

if command -v bash >/dev/null 2>&1; then
    # shellcheck disable=SC2086 # words are meant to be split
    offers '' :: $verbs help --help --version
    offers che :: check
    offers help sche :: schema
    for verb in $verbs; do
        # shellcheck disable=SC2046
        offers "$verb" -- :: $(options_of "$verb")
    done
    offers sim --mach :: --machine
    offers sim routines/library/short-back.yaml --rep :: --report
    # Files: operands, arguments, behind '=' in three words as bash parts them.
    offers check routines/library/short-b :: routines/library/short-back.yaml
    offers check README.md routines/library/short-b :: routines/library/short-back.yaml
    offers sim --machine config/machines/rail :: config/machines/rail6.yaml
    offers sim --machine = config/machines/rail :: config/machines/rail6.yaml
    mkdir "$work/two words"
    echo >"$work/two words/a file.yaml"
    offers check "$work/two w" :: "$work/two words"
    offers check "$work/two words/a" :: "$work/two words/a file.yaml"
    # Words, and what the program is asked for.
    offers device '' :: list show probe watch
    offers device sh :: show
    offers device show onrobot :: onrobot_hex
    offers device probe drive_r :: drive_rail
    offers device probe drive_rail i :: io
    offers device --machine config/machines/rtu_seven.yaml watch f :: force
    offers device --machine = config/machines/rtu_seven.yaml watch f :: force
    offers schema s :: safety scenario signing_key screening
    offers table --parity '' :: none even odd
    offers campaign m :: matrix merge
    offers completion '' :: bash zsh fish words
    offers completion words p :: profiles pads
    # A name is a name whatever is in it: nothing is expanded or run, and the line gets it quoted.
    cp -r config "$work/config"
    cp config/devices/onrobot_hex.yaml "$work/config/devices/"'hex $(touch ran) *.yaml'
    export KNEAD_DATA="$work"
    offers device show hex :: 'hex\ \$\(touch\ ran\)\ \*'
    offers device show onrobot :: onrobot_hex
    unset KNEAD_DATA
    [ ! -e ran ] || fail "the name of a profile was run"
    # Nothing where nothing can be told.
    offers sim --seed '' :: ''
    offers version '' :: ''
    offers bench '' :: ''
else
    echo "note: no bash"
fi

if command -v fish >/dev/null 2>&1; then
    # fish_offers LINE EXPECTED: among what fish offers
    fish_offers() {
        HOME=$work XDG_CONFIG_HOME=$work fish --no-config \
            -c "source '$work/knead.fish'; complete -C '$1'" >"$work/out" 2>"$work/err" ||
            fail "fish: $1: $(cat "$work/err")"
        cut -f 1 "$work/out" | grep -qx -- "$2" || fail "fish: $1: no '$2': $(cat "$work/out")"
    }
    fish_offers 'knead che' check
    fish_offers 'knead sim --mach' --machine
    fish_offers 'knead device ' show
    fish_offers 'knead device show onro' onrobot_hex
    fish_offers 'knead schema sa' safety
    fish_offers 'knead table --parity ' even
    fish_offers 'knead check routines/library/short-b' routines/library/short-back.yaml
else
    echo "note: no fish"
fi

if command -v zsh >/dev/null 2>&1; then
    zsh -n "$work/knead.zsh" || fail "zsh does not read its script"
    mkdir "$work/functions"
    cp "$work/knead.zsh" "$work/functions/_knead"
    cat >"$work/complete.zsh" <<'END'
# LINE FUNCTIONS: types LINE and a tab into a zsh of its own, prints what the screen shows
zmodload zsh/zpty
zpty -b z "PS1='ready>' TERM=dumb zsh -f -i"
say() { zpty -w z "$1"; }
await() { # TEXT: until it is there
    local got line tries=0
    while [[ $seen != *$1* && $tries -lt 100 ]]; do
        if zpty -r -t z line; then seen+=$line; else sleep 0.1; (( ++tries )); fi
    done
}
seen=''
say "fpath=('$2' \$fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep"
say "zstyle ':completion:*' list-prompt ''; LISTMAX=0; echo loa''ded"
await loaded
seen=''
zpty -w -n z "$1"$'\t'
sleep 0.5
zpty -w -n z $'\t'
await "$3"
zpty -d z
print -r -- "$seen"
END
    # zsh_offers LINE EXPECTED: shown after the tab
    zsh_offers() {
        zsh -f "$work/complete.zsh" "$1" "$work/functions" "$2" >"$work/out" 2>"$work/err" || true
        grep -q -- "$2" "$work/out" ||
            fail "zsh: $1: no '$2': $(cat "$work/out" "$work/err")"
    }
    zsh_offers 'knead che' 'knead check'
    zsh_offers 'knead sim --mach' 'sim --machine'
    zsh_offers 'knead device ' 'watch'
    zsh_offers 'knead device show onro' 'onrobot_hex'
    zsh_offers 'knead check routines/library/short-b' 'short-back.yaml'
else
    echo "note: no zsh"
fi

expect 2 knead completion tcsh
in_err "'tcsh' is no shell that is completed"
expect 2 knead completion words
expect 2 knead completion words drives
in_err "words of 'drives'"
expect 0 knead completion words kinds
in_out "machine"
for kind in $out; do
    expect 0 knead schema "$kind"
done
finish
