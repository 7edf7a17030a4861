/** Colours of the series: told apart in light and dark, and by those who see fewer colours (Okabe and Ito, 2008). */
const light = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#d55e00',
  '#56b4e9',
  '#8a8a00',
  '#7a7a7a',
  '#5b3a8c',
  '#333333',
];
const dark = [
  '#56a8e8',
  '#f0b429',
  '#2bc49a',
  '#e09ac4',
  '#f07b3f',
  '#8fd0f5',
  '#d8d84a',
  '#a8a8a8',
  '#a98be0',
  '#dddddd',
];

function colours(list: readonly string[]): string {
  return list.map((colour, n) => `--c${n}:${colour}`).join(';');
}

const darkNames = `--back:#0d1117;--panel:#151b23;--text:#f0f6fc;--soft:#9198a1;--rule:#30363d;--bar:#1f6feb;${colours(dark)}`;

/** The report's own style sheet: it loads nothing. */
export const styleSheet = `
:root{color-scheme:light dark;--back:#fff;--panel:#f6f8fa;--text:#1f2328;--soft:#59636e;--rule:#d1d9e0;--bar:#9cc9f5;${colours(light)}}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${darkNames}}}
:root[data-theme=dark]{${darkNames}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--text);font:14px/1.45 -apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
header,main{max-width:1360px;margin:0 auto;padding:16px 24px}
header{display:flex;align-items:baseline;gap:16px;border-bottom:1px solid var(--rule)}
h1{font-size:20px;margin:0}h2{font-size:16px;margin:28px 0 8px}
header p{margin:0;color:var(--soft);flex:1}
button{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--rule);border-radius:6px;padding:2px 10px;cursor:pointer}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin-top:16px}
.tile{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:10px 14px}
.tile b{display:block;font-size:20px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(420px,100%),1fr));gap:16px}
figure{margin:0;background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:12px}
figcaption{font-weight:600;margin-bottom:6px}
svg{width:100%;height:auto;display:block}
svg text{fill:var(--soft);font-size:11px}
.grid{stroke:var(--rule)}.line{fill:none;stroke-width:2;stroke-linejoin:round}.area{stroke:var(--panel);stroke-width:.5}
.legend{display:flex;flex-wrap:wrap;gap:4px 14px;color:var(--soft);margin-top:6px}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px}
${light.map((_, n) => `.line.c${n}{stroke:var(--c${n})}.area.c${n}{fill:var(--c${n})}.legend .c${n}{background:var(--c${n})}`).join('\n')}
.scroll{overflow-x:auto;border:1px solid var(--rule);border-radius:8px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;text-align:left;white-space:nowrap;border-bottom:1px solid var(--rule)}
tr:last-child td{border-bottom:0}
th{background:var(--panel);cursor:pointer;position:sticky;top:0}
.plain td{border:0;padding:2px 8px}td.number,th.number{text-align:right}.bars{width:50%}
.bar{display:block;height:12px;border-radius:3px;background:var(--bar)}
details{margin-top:12px}summary{cursor:pointer}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{font-weight:600}dd{margin:0}
.code td{white-space:pre-wrap;overflow-wrap:anywhere;vertical-align:top}a{color:inherit}
code{font:12px ui-monospace,'DejaVu Sans Mono',monospace}
`;

/** Turns light and dark, opens the code that a link leads to, and sorts tables by the column that is clicked. */
export const script = `
const root = document.documentElement;
document.querySelector('#theme').onclick = () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
};
const openLinked = () => {
  const linked = document.getElementById(location.hash.slice(1));
  if (linked) { linked.open = true; linked.scrollIntoView(); }
};
addEventListener('hashchange', openLinked);
openLinked();
for (const th of document.querySelectorAll('th')) th.onclick = () => {
  const body = th.closest('table').tBodies[0], n = th.cellIndex, up = th.dataset.up !== '1';
  th.dataset.up = up ? '1' : '0';
  const key = (row) => { const c = row.cells[n]; return c.dataset.value !== undefined ? Number(c.dataset.value) : c.textContent; };
  const rows = [...body.rows].sort((a, b) => { const [x, y] = [key(a), key(b)]; return (x < y ? -1 : x > y ? 1 : 0) * (up ? -1 : 1); });
  body.append(...rows);
};
`;
