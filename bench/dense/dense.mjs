// node dense.mjs roots regs access flags per windows
import {makeProgram,initHeap,HEAP,OBJECTS,OBJ,STATE} from './gen.mjs';
import {makeModule,driverModule,RAM,TLB,PAGES_WASM} from './emit.mjs';
import {createHash} from 'node:crypto';
const arg=Object.fromEntries(process.argv.slice(2).map(a=>a.split('=')));
const roots=+(arg.roots??64),o={regs:arg.regs??'thru',access:arg.access??'inline',flags:arg.flags??'drop',shared:arg.shared!=='0',hints:arg.hints!=='0',poll:arg.poll!=='0'};
const per=+(arg.per??0);const visits=(arg.visits??'1,9,90,900,3000').split(',').map(Number);
const p=makeProgram(roots);
const mem=new WebAssembly.Memory({initial:PAGES_WASM,maximum:PAGES_WASM,shared:o.shared});
const M=new Int32Array(mem.buffer);
initHeap(new Int32Array(mem.buffer,RAM,(32<<20)/4));
// TLB: identity; an entry is address ^ place (RAM by the offset), so 0; none is 0x80000000
const T=new Int32Array(mem.buffer,TLB,2<<20);T.fill(0x80000000|0);for(let k=0;k<(32<<20)>>>12;k++){T[2*k]=0;T[2*k+1]=0;}
M[(RAM+STATE)>>>2]=12345;for(let k=0;k<p.N;k++){const page=4096+(k>>4);M[1024+page]=page;}
const table=new WebAssembly.Table({element:'anyfunc',initial:p.N});
const bad=(n)=>()=>{throw new Error('slow path '+n)};
const imp={e:{m:mem,t:table,r:bad('r'),w:bad('w'),l:(e)=>{throw new Error('left '+e)}}};
let glob=o.regs==='glob';if(glob&&per>0)o.importGlobals=true;
if(glob&&per>0)for(let n=0;n<8;n++)imp.e['g'+n]=new WebAssembly.Global({value:'i32',mutable:true},0);
import fs from 'node:fs';const R=JSON.parse(fs.readFileSync(`out/asm-${roots}.json`)).r;const retAddr=(f,n)=>R[`r${f.id}_${n}`];
let emit=0,comp=0,bytes=0,mods=0;
const step=per||p.N;
const cpu0=process.cpuUsage();
// functions of a batch: those that call each other are near in the order of a walk
const order=[];{const seen=new Set();const visit=(id)=>{if(seen.has(id))return;seen.add(id);order.push(id);const w=b=>{for(const i of b){if(i.k==='call')visit(i.f);else if(i.k==='if'){w(i.body);if(i.else)w(i.else);}}};w(p.fns[id].body);};for(let i=0;i<p.N;i++)visit(i);}
if(arg.order==='random'){let x=777;for(let i=order.length-1;i>0;i--){x=(Math.imul(x,1103515245)+12345)>>>0;const j=(x>>>8)%(i+1);[order[i],order[j]]=[order[j],order[i]];}}
for(let a=0;a<p.N;a+=step){let t=performance.now();const m=makeModule(p,order.slice(a,a+step),o,retAddr);let t1=performance.now();emit+=t1-t;bytes+=m.length;
 const I=new WebAssembly.Instance(new WebAssembly.Module(m),imp);comp+=performance.now()-t1;mods++;
 if(glob&&!per)for(let n=0;n<8;n++)imp.e['g'+n]=I.exports['g'+n];}
const run=new WebAssembly.Instance(new WebAssembly.Module(driverModule(p,o)),imp).exports.run;
// dynamic instructions are those that the interpreter counted
const dyn=+(arg.dyn??0);
const out=[];
for(const v of visits){const rounds=v*p.roots;const t=performance.now();const c=process.threadCpuUsage();run(rounds);const w=performance.now()-t;const d=process.threadCpuUsage(c);const ms=(d.user+d.system)/1e3;out.push({v,ms,ins:rounds*dyn});}
const h=createHash('sha1').update(new Uint8Array(mem.buffer,RAM+HEAP,OBJECTS*OBJ)).update(new Uint8Array(mem.buffer,0,32)).digest('hex').slice(0,10);
const cpu=process.cpuUsage(cpu0);
console.log(JSON.stringify({kind:'dense',...o,per,N:p.N,statics:p.statics,bytesPer:+(bytes/p.statics).toFixed(1),emitUs:+(emit*1e3/p.statics).toFixed(2),compUs:+(comp*1e3/p.statics).toFixed(2),mods,hash:h,process:(cpu.user+cpu.system)/1e6,ns:out.map(x=>+(x.ms*1e6/x.ins).toFixed(2)),ms:out.map(x=>+x.ms.toFixed(1)),total:+(comp+out.reduce((a,x)=>a+x.ms,0)).toFixed(0)}));
