#!/bin/sh
# test_report_page.sh KNEAD STILL PART: reports in Chromium, opened from the disk. STILL is knead
# without the report's script. PICTURES=DIR keeps screenshots there.
. tests/cli/harness.sh
still=$2
part=$3

node=$(command -v node || command -v nodejs) || node=
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    chromium=
if [ -z "$node" ] || [ -z "$chromium" ]; then
    echo "SKIPPED: reports are not looked at: '${node:-no node}', '${chromium:-no chromium}';" \
        "install Debian's packages nodejs and chromium"
    exit 77
fi

page() {
    "$node" tests/report/web/page.mjs "$chromium" "$@" || fail "the page of $2: $1"
}

# A name that would be a script in a page that took it as one.
name='</script><script>document.documentElement.dataset.owned=1</script>'
name="$name<img src=x onerror=alert(1)>"
sed "s|^name:.*|name: '$name'|" routines/library/short-back.yaml >"$work/routine.yaml"
run=$work/run

case $part in
moving)
    expect 0 "$knead" sim "$work/routine.yaml" --quiet --report --out "$run"
    in_out "report: $run/report.html"
    grep -q "<script>document" "$run/report.html" && fail "the name is in the page as it is"
    page moving "$run" "$name" ${PICTURES:+"$PICTURES"}
    # Written anew from the record it is the same page.
    expect 0 "$knead" report "$run" --out "$work/anew.html" --json
    in_out '"moves": true'
    in_out "\"page\": \"$work/anew.html\""
    cmp "$work/anew.html" "$run/report.html" || fail "the page of a run differs when made anew"
    expect 3 "$knead" report "$work"
    expect 2 "$knead" report
    ;;
still)
    expect 0 "$knead" sim "$work/routine.yaml" --quiet --report --out "$run"
    page histograms "$run"
    page broken "$run"
    expect 0 "$still" report "$run" --json
    in_out '"moves": false'
    page still "$run"
    ;;
stopped)
    expect 5 "$knead" sim routines/library/short-back.yaml --quiet --report --out "$run" \
        --scenario sim/scenarios/drive-runs-away.yaml
    page moving "$run" "Short back"
    for text in "Stopped after 8.0 s: a joint moves at another speed than it is told to" \
        "First cause" "11.1 deg/s" "at most 9.6 deg/s" "short-back.yaml" "call the engineer"; do
        grep -qF "$text" "$run/report.html" || fail "the page of a stop does not say '$text'"
    done
    # Ten minutes, whose page is the largest of all that are usual.
    expect 0 "$knead" sim routines/library/ten-minute-break.yaml --quiet --report --out "$work/long"
    size=$(wc -c <"$work/long/report.html")
    [ "$size" -lt 8000000 ] || fail "the page of ten minutes has $size bytes"
    ;;
esac
finish
