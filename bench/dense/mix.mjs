const T=new URL('../../', import.meta.url).pathname;
const {debianLinux}=await import(T+'src/node/linux/debian.ts');
const {LinuxMachine}=await import(T+'test/oracle/lockstep-linux/machine.ts');
const linux=await debianLinux();
const m=new LinuxMachine(linux,{engine:'translator',tiering:{threshold:5e6}},['for i in 1 2 3 4 5 6 7 8 9; do ls -l /bin | grep x | sort | tail -1; /bin/true; done']);

globalThis.m=m;
const t=performance.now();
let n=0; while(n<60e8){ n+=2e7; m.step(2e7); if(!m.type()) break; if (m.ended) break; }
console.log('instr',m.instructions,(performance.now()-t)/1000,m.ended); console.log(m.output.slice(-300));
const core=m.core, g=core.engine.graph, rec=g.records;
console.log(Object.keys(g.cache));
const {endsBlock}=await import(T+'translator/region/flow.ts');
const handlers=core.engine.handlers.all;
const forms=new Map(); let total=0; const lens=new Map(); let blocks=0, blockIns=0; const band=[0,0,0,0,0,0,0]; const bandC=[0,0,0,0,0,0,0];
const pages=new Set(rec.owners.filter(Boolean));
for(const page of pages){ const rs=[...page.instructions()].filter(r=>rec.isDecoded(r)).sort((a,b)=>rec.offsetOf(a)-rec.offsetOf(b));
 let runs=0,end=-1;
 for(const r of rs){ const h=handlers[rec.handlerOf(r)]; if(!h) continue; const off=rec.offsetOf(r);
  const w=rec.weightOf(r); if(w>0) runs=(rec.heatOf(r))/w; else if(off!==end) runs=0;
  end=off+rec.lengthOf(r);
  if(runs>=1){ const b=Math.min(6,Math.floor(Math.log10(runs))); band[b]++; bandC[b]+=runs; }
  if(runs>=100&&runs<100000){ const d=h.form; const name=(d.mnemonic??d.name??JSON.stringify(d).slice(0,60))+' '+(d.operands??''); const k=name+' '+(h.shape);
    const e=forms.get(name)??{n:0,c:0}; e.n++; e.c+=runs; forms.set(name,e); total+=1; }
  if(endsBlock({form:h.form,shape:h.shape})) { runs=0; end=-1; }
 }}
console.log('bands static',band,'dyn',bandC.map(x=>(x/1e6).toFixed(1)));

const rows=[...forms].sort((a,b)=>b[1].n-a[1].n).slice(0,70); for(const [k,e] of rows) console.log(k,(100*e.n/total).toFixed(2));
process.exit(0);
