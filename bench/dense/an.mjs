import fs from 'node:fs';
const med=a=>{a=[...a].sort((x,y)=>x-y);const n=a.length;return n%2?a[(n-1)/2]:(a[n/2-1]+a[n/2])/2;};
const rows=new Map();const loads=[];let seq=[];
for(const l of fs.readFileSync(process.argv[2]??'out/turns.out','utf8').split('\n')){const m=/^(\d+) (\S+) (\S+) (\{.*)$/.exec(l);if(!m)continue;loads.push(+m[2]);const j=JSON.parse(m[4]);const k=m[1]+' '+m[3];const e=rows.get(k)??[];e.push(j);rows.set(k,e);}
console.log('load',Math.min(...loads),med(loads),Math.max(...loads));
for(const[k,e]of rows){const r=k.split(' ')[0];const base=rows.get(r+' interp');const w=e[0].ns.map((_,i)=>med(e.map(x=>x.ns[i])));const bi=e[0].ns.map((_,i)=>base[0].ns[i]===undefined?NaN:med(base.map(x=>x.ns[i])));
 const li=4;const ratio=bi[li]/w[li];
 console.log(k.padEnd(48),'n',e.length,'ns',w.map(x=>x.toFixed(1)).join(' '),'| min-max last',Math.min(...e.map(x=>x.ns[li])).toFixed(1),Math.max(...e.map(x=>x.ns[li])).toFixed(1),'| ratio',ratio.toFixed(2),'| total',med(e.map(x=>x.total)).toFixed(0),'proc',med(e.map(x=>x.process)).toFixed(1),e[0].emitUs?`emit ${med(e.map(x=>x.emitUs)).toFixed(1)} comp ${med(e.map(x=>x.compUs)).toFixed(2)} B ${e[0].bytesPer}`:'');}
