#include "controller/report/report_style.h"

static const char* const style[] = {
    ":root{color-scheme:light dark;--page:#fbfaf8;--card:#fff;--ink:#1d2126;--soft:#5a626c;"
    "--line:#e3e0da;--force:#0072b2;--target:#1d2126;--cap:#b8420a;--good:#00694e;--bad:#a63603;"
    "--skin:#efe9e1;--edge:#b9aea0;--t0:#cc79a7;--t1:#009e73;--t2:#e69f00;--t3:#56b4e9;"
    "--t4:#f0e442;--t5:#999;--f0:#9ebcda;--f1:#8c96c6;--f2:#8c6bb1;--f3:#88419d;--f4:#810f7c;"
    "--f5:#4d004b}\n",
    "@media (prefers-color-scheme:dark){:root{--page:#15181c;--card:#1d2126;--ink:#e9e7e3;"
    "--soft:#a3abb5;--line:#333a42;--force:#56b4e9;--target:#f2f0ec;--cap:#ff9a5c;--good:#4fd3a8;"
    "--bad:#ff9a5c;--skin:#2a2f36;--edge:#5b636d;--f0:#4a5590;--f1:#6a62b4;--f2:#9a6fce;"
    "--f3:#c585dd;--f4:#e6a8e0;--f5:#fbd7ee}}\n",
    "*{box-sizing:border-box}svg:root{background:var(--card);font-family:system-ui,sans-serif}body{"
    "margin:0;background:var(--page);"
    "color:var(--ink);"
    "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif}"
    "main{max-width:1180px;margin:0 auto;padding:32px 24px 56px}\n",
    "h1,.verdict,.soft{overflow-wrap:anywhere}"
    "h1{font-size:27px;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.01em}"
    "h2{font-size:17px;margin:0 0 12px;font-weight:650}p{margin:6px 0;max-width:72ch}"
    ".soft,figcaption,.note{color:var(--soft)}.note{font-size:13px}\n",
    ".verdict{display:flex;gap:14px;align-items:flex-start;margin:22px 0 20px;padding:16px 18px;"
    "background:var(--card);border:1px solid var(--line);border-left:6px solid var(--soft);"
    "border-radius:8px}.verdict.good{border-left-color:var(--good)}"
    ".verdict.bad{border-left-color:var(--bad)}.verdict strong{font-size:22px;line-height:1.3;"
    "font-weight:650;display:block}"
    ".verdict.good,.verdict.bad{color:var(--ink);font-weight:400}.verdict p{margin:2px 0}\n",
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;"
    "margin:0 0 24px;padding:0}.figures div{background:var(--card);border:1px solid var(--line);"
    "border-radius:8px;padding:12px 14px}.figures dt{color:var(--soft);font-size:13px}"
    ".figures dd{margin:2px 0 0;font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}"
    ".figures dd "
    "small{display:block;font-size:13px;line-height:1.35;font-weight:400;color:var(--soft)}\n",
    "section{background:var(--card);border:1px solid var(--line);border-radius:8px;"
    "padding:18px 18px 16px;margin:0 0 18px}.scroll{overflow-x:auto}.pair{display:grid;"
    "grid-template-columns:minmax(0,1fr);align-items:start;grid-column-gap:18px;grid-row-gap:0}"
    "@media (min-width:901px){.moving .pair{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}\n",
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}"
    "th,td{padding:6px 10px 6px 0;text-align:left;border-bottom:1px solid var(--line);"
    "vertical-align:top}thead th{color:var(--soft);font-weight:500;font-size:13px;"
    "vertical-align:bottom}tbody th{font-weight:500}tbody tr:last-child>*{border-bottom:0}"
    ".n{text-align:right}tbody th,td.m{white-space:nowrap}td.hash{font:12px/1.5 "
    "ui-monospace,'DejaVu Sans Mono',monospace;"
    "overflow-wrap:anywhere;min-width:15em}.good{color:var(--good)}.bad{color:var(--bad);font-"
    "weight:600}\n",
    "svg{display:block;width:100%;height:auto}.forcechart{min-width:760px}svg "
    "text{fill:var(--soft);"
    "font-size:12px;font-family:inherit}.right{text-anchor:end}.middle{text-anchor:middle}"
    ".grid path{stroke:var(--line);fill:none}.bandlabels text{fill:var(--ink)}"
    ".wash{opacity:.10}.strip{opacity:.95}\n",
    ".t0 rect,i.t0{fill:var(--t0);background:var(--t0)}.t1 rect,i.t1{fill:var(--t1);"
    "background:var(--t1)}.t2 rect,i.t2{fill:var(--t2);background:var(--t2)}.t3 rect,i.t3{"
    "fill:var(--t3);background:var(--t3)}.t4 rect,i.t4{fill:var(--t4);background:var(--t4)}"
    ".t5 rect,i.t5{fill:var(--t5);background:var(--t5)}\n",
    ".force{fill:var(--force);stroke:var(--force);stroke-width:1.1;stroke-linejoin:round}"
    ".target{fill:none;stroke:var(--target);stroke-width:6;stroke-linejoin:round;opacity:.22}"
    ".cap{fill:none;stroke:var(--cap);stroke-width:1.8}.cursor{stroke:var(--ink);opacity:.5}\n",
    ".level path{stroke:var(--soft);stroke-dasharray:2 4}.level text{fill:var(--soft)}\n",
    ".bodymap{max-width:640px;margin:0 auto}.skin{fill:var(--skin);stroke:var(--edge);"
    "stroke-width:3;stroke-linejoin:round}.region{fill:none;stroke:var(--edge);stroke-width:1.5;"
    "stroke-dasharray:7 6}.region.used{stroke:var(--soft);stroke-width:2.4;stroke-dasharray:none}"
    ".zone{fill:var(--cap);fill-opacity:.10;stroke:var(--cap);stroke-opacity:.55;"
    "stroke-width:1.5}\n",
    ".c0{fill:var(--f0)}.c1{fill:var(--f1)}.c2{fill:var(--f2)}.c3{fill:var(--f3)}.c4{fill:var(--f4)"
    "}"
    ".c5{fill:var(--f5)}figure{margin:0}.layers>input{position:absolute;opacity:0}"
    ".layers>label{display:inline-block;padding:3px 11px;margin:0 6px 8px 0;font-size:13px;"
    "border:1px solid var(--line);border-radius:14px;cursor:pointer}"
    ".layers>input:checked+label{background:var(--ink);color:var(--card);border-color:var(--ink)}"
    ".layers>input:focus-visible+label{outline:2px solid var(--force);outline-offset:2px}\n",
    ".layers [class^=layer-],.layers [class^=of-]{display:none}"
    "#layer-pressure:checked~svg .layer-pressure,#layer-time:checked~svg .layer-time,"
    "#layer-way:checked~svg .layer-way{display:block}"
    "#layer-pressure:checked~figcaption .of-pressure,#layer-time:checked~figcaption .of-time,"
    "#layer-way:checked~figcaption .of-way{display:list-item}"
    ".verdict "
    ".cause{margin-top:8px;font-size:16px;max-width:90ch}h3{font-size:14px;font-weight:600;margin:"
    "16px 0 4px}"
    ".facts th{width:9em;color:var(--soft);font-weight:500}"
    ".wide td,.wide th{white-space:nowrap}\n",
    ".bodymap "
    ".key{stroke-width:20}.way{fill:none;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}"
    ".f0{stroke:var(--f0)}"
    ".f1{stroke:var(--f1)}.f2{stroke:var(--f2)}.f3{stroke:var(--f3)}.f4{stroke:var(--f4)}"
    ".f5{stroke:var(--f5)}.leader{fill:none;stroke:var(--soft);stroke-width:1.2;opacity:.6}"
    ".bodymap text{font-size:36px;fill:var(--ink)}.bodymap tspan{fill:var(--soft)}.bodymap "
    ".side{fill:var(--soft);"
    "font-size:28px}\n",
    ".key{display:flex;flex-wrap:wrap;gap:6px 18px;font-size:13px;color:var(--soft);margin:8px 0 0;"
    "padding:0;list-style:none}.key i{display:inline-block;width:22px;height:8px;margin-right:6px;"
    "border-radius:2px;vertical-align:middle}.key i.kf{background:var(--force)}"
    ".key i.kt{background:var(--target);opacity:.22}.key i.kc{height:3px;"
    "background:var(--cap)}.ramp{display:inline-flex;vertical-align:middle;margin:0 8px}"
    ".ramp i{margin:0;border-radius:0;height:10px}"
    ".key i.kz{background:var(--cap);opacity:.45}#read{min-height:1.5em;font-size:13px;"
    "color:var(--soft);font-variant-numeric:tabular-nums}\n",
    ".i0{background:var(--f0)}.i1{background:var(--f1)}.i2{background:var(--f2)}"
    ".i3{background:var(--f3)}.i4{background:var(--f4)}.i5{background:var(--f5)}"
    ".meter{display:inline-block;width:70px;height:7px;background:var(--line);border-radius:4px;"
    "margin-right:8px;vertical-align:middle;overflow:hidden}.meter b{display:block;height:100%;"
    "background:var(--force)}.meter b.over{background:var(--bad)}\n",
    ".moves{display:none}.moving .moves{display:block}.moving .still{display:none}"
    ".notice{border:1px solid var(--cap);border-radius:8px;padding:10px 14px;margin:0 0 18px;"
    "background:var(--card);max-width:none}\n",
    ".events{max-height:520px;overflow:auto}@media "
    "print{.events{max-height:none}:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444}main{max-"
    "width:none;"
    "padding:0}section,.verdict,.figures div{break-inside:avoid;border-color:#bbb}"
    "section.long{break-inside:auto}.scroll{overflow:visible}table{font-size:9px}"
    "th,td{padding:2px 5px 2px 0}.wide td,.wide th,td.m,tbody th{white-space:normal}thead "
    "th{font-size:8px}.meter{width:34px;margin-right:4px}td.hash{font-size:8px}section{padding:"
    "12px}"
    "h1{font-size:21px}h2{font-size:14px}.verdict strong{font-size:17px}.figures{gap:8px}"
    ".note,.key,figcaption,.soft,.nothing-measured,.stage-caption,.layers>label{font-size:9px}"
    "tr{break-inside:avoid}thead{display:table-header-group}"
    "body{font-size:11px}#read{display:none}"
    ".moving .pair{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.forcechart{min-width:0}"
    ".moving .moves{display:none}.moving .moves.prints{display:block}.moving .still{display:block}"
    ".layers>input:not(:checked)+label{display:none}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
};

static const char script[] =
    "(function(){var s=document.getElementById('force'),r=document.getElementById('read'),"
    "c=document.getElementById('cursor'),"
    "d=JSON.parse(document.getElementById('columns').textContent),"
    "a=s.dataset,l=+a.left,w=+a.right-l,t0=+a.fromS,t1=+a.toS;\n"
    "function hide(){c.setAttribute('visibility','hidden');r.textContent=''}\n"
    "function at(e){var b=s.getBoundingClientRect(),x=(e.clientX-b.left)*1200/b.width,"
    "i=Math.floor((x-l)/w*d.length);if(0>i||i>=d.length){hide();return}"
    "var q=d[i],t=t0+(t1-t0)*(i+.5)/d.length;\n"
    "c.setAttribute('visibility','visible');c.setAttribute('transform','translate('+x+' 0)');"
    "r.textContent=t.toFixed(1)+' s: '+(q[0]===null?'no force known':'force '+q[0].toFixed(1)+"
    "' to '+q[1].toFixed(1)+' N')+(q[2]===null?'':', wanted '+q[2].toFixed(1)+' N')}\n"
    "s.addEventListener('pointermove',at);s.addEventListener('pointerleave',hide)})();\n";

void report_write_style(FILE* out)
{
    for (size_t index = 0; index < sizeof style / sizeof style[0]; index++) {
        (void)fputs(style[index], out);
    }
}

web_text_t report_script(void)
{
    return (web_text_t){script, sizeof script - 1};
}
