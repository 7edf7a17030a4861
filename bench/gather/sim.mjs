import fs from 'node:fs';import { load } from './look.mjs';
const name=process.argv[2];const arg=Object.fromEntries(process.argv.slice(3).map(a=>a.split('=')));
const d=load(name);const{nf,ne,stat,eFrom,eTo,eKind,lin,cr3}=d;let sl=d.sl;
// the part from the kernel's begin on (or from a time on)
let first=0;for(let s=0;s<sl.length;s++){let k=0,t=0;const f=sl[s].f;for(let i=0;i<f.length;i+=3){t+=f[i+1];if(lin[f[i]]<0)k+=f[i+1];}if(k>0.5*t){first=s;break;}}
// measured part: from= ms timestamp; up to to=
const mFrom=arg.from?+arg.from:0,mTo=arg.to?+arg.to:Infinity;
export const BATCH=+(arg.batch??16);
const MODULE_MS=0.7,DECODE=0.08,V8=0.9;
function simulate({T=1000,cap=Infinity,order='chance',group='none',factor=2,wait=20e6,E=1,remake=0,waitIns=200e3,JS=null,unit=BATCH}){
 const heat=new Float64Array(nf),mod=new Int32Array(nf).fill(-1),comp=new Uint8Array(nf),hotAt=new Float64Array(nf),queued=new Uint8Array(nf);
 const cum=new Float64Array(ne); // edges' counts until now
 let edgesOf=null;const waited=new Map();
 const mods=[];// {fns,cls,group,dead}
 let alive=new Set();let work={emit:0,v8:0,decode:0,module:0,remakes:0,modules:0,recompiled:0};
 const spaceOf=(f)=>group==='none'?0:(lin[f]>>>0)>=0xc0000000?0:(cr3[f]|1);
 const queues=new Map();let lastSize=0,nIn=0;
 let jsIns=0,jsEdges=0;let instr=0,insIn=0,insWait=0,insCold=0;let pairs=0,cross=0,border=0,edgesAll=0;let effSum=0,effW=0;
 const series=[];let seg={ins:0,in:0,wait:0,both:0,x:0,border:0,eff:0,all:0};
 const modIns=new Map();
 const make=(fns,g,fresh)=>{const m={fns,g,cls:Math.max(0,Math.round(Math.log2(fns.length/unit)/Math.log2(factor))),n:fns.length,id:mods.length};mods.push(m);alive.add(m);let size=0;for(const f of fns){mod[f]=m.id;comp[f]=0;size+=stat[f];}work.modules++;work.module+=MODULE_MS*1e6/1e3;work.decode+=DECODE*size;return m;};
 const between=(a,b)=>{let s=0;for(const f of a.fns)for(const e of edgesOf[f])if(mod[eFrom[e]===f?eTo[e]:eFrom[e]]===b.id)s+=cum[e];return s;};
 const needEdges=order!=='chance'||remake;
 if(needEdges){edgesOf=Array.from({length:nf},()=>[]);for(let e=0;e<ne;e++){if(eFrom[e]>=0&&eFrom[e]!==eTo[e]){edgesOf[eFrom[e]].push(e);edgesOf[eTo[e]].push(e);}}}
 const merge=(g)=>{for(;;){const by=new Map();for(const m of alive)if(m.g===g&&m.n*2<=cap*1.34){const l=by.get(m.cls)??[];l.push(m);by.set(m.cls,l);}
   let did=false;for(const[c,l]of [...by].sort((a,b)=>a[0]-b[0])){const need=order==='affinity'?Math.max(4,factor):factor;if(l.length<need)continue;
    let take;if(order==='affinity'){let best=-1;for(let i=0;i<l.length;i++)for(let j=i+1;j<l.length;j++){const w=between(l[i],l[j]);if(w>best){best=w;take=[l[i],l[j]];}}}else take=l.slice(0,factor);
    if(take.reduce((a,m)=>a+m.n,0)>cap*1.01)continue;
    for(const m of take)alive.delete(m);const M=make(take.flatMap(m=>m.fns),g);M.cls=c+1;did=true;break;}
   if(!did)return;}};
 const cluster=(fns,g)=>{ // greedy, strongest edges first, up to cap
  const set=new Set(fns);const p=new Map(fns.map(f=>[f,f])),n=new Map(fns.map(f=>[f,1]));const find=f=>{while(p.get(f)!==f){p.set(f,p.get(p.get(f)));f=p.get(f);}return f;};
  const es=new Set();for(const f of fns)for(const e of edgesOf[f])if(cum[e]>0&&set.has(eFrom[e])&&set.has(eTo[e]))es.add(e);
  for(const e of [...es].sort((a,b)=>cum[b]-cum[a])){const a=find(eFrom[e]),b=find(eTo[e]);if(a===b)continue;const s=n.get(a)+n.get(b);if(s>cap)continue;p.set(b,a);n.set(a,s);}
  const cl=new Map();for(const f of fns){const r=find(f);const l=cl.get(r)??[];l.push(f);cl.set(r,l);}
  const out=[];for(const c of [...cl.values()].sort((a,b)=>b.length-a.length)){const t=out.find(o=>o.length+c.length<=cap);if(t&&c.length<cap/2)t.push(...c);else out.push(c);}
  return out;};
 const remakeAll=(g)=>{const fns=[];for(const m of [...alive])if(m.g===g){fns.push(...m.fns);alive.delete(m);}work.remakes++;for(const c of cluster(fns,g)){const M=make(c,g);M.cls=50;M.full=true;}};
 const sizes=new Map();
 const flushQueue=(q,g)=>{const fns=q.splice(0,q.length);for(const f of fns){queued[f]=2;work.emit+=E*stat[f];nIn++;}
  make(fns,g);const z=(sizes.get(g)??{n:0,last:64});z.n+=fns.length;sizes.set(g,z);
  if(remake&&z.n>=remake*z.last&&z.n>=64){z.last=z.n;remakeAll(g);}else merge(g);};
 for(let s=first;s<sl.length;s++){const h=sl[s];const meas=h.ms>=mFrom&&h.ms<mTo;
  modIns.clear();let sIn=0;
  for(let i=0;i<h.f.length;i+=3){const f=h.f[i],n=h.f[i+1],ht=h.f[i+2];if(JS&&JS[f]){jsIns+=meas?n:0;continue;}const m=mod[f];
   if(meas){instr+=n;seg.ins+=n;}
   if(m>=0){if(!comp[f]){comp[f]=1;work.v8+=V8*stat[f];}if(meas){insIn+=n;seg.in+=n;sIn+=n;modIns.set(m,(modIns.get(m)??0)+n);}}
   else if(heat[f]>=T){waited.set(spaceOf(f),(waited.get(spaceOf(f))??0)+n);if(meas){insWait+=n;seg.wait+=n;}}
   heat[f]+=ht/2;
   if(m<0&&!queued[f]&&heat[f]>=T){const g=spaceOf(f);let q=queues.get(g);if(!q)queues.set(g,q=[]);queued[f]=1;hotAt[f]=h.total;q.push(f);}
  }
  if(sIn>0){let H=0;for(const n of modIns.values()){if(n<=0)continue;const p=n/sIn;H-=p*Math.log(p);}effSum+=Math.exp(H)*sIn;effW+=sIn;seg.eff+=Math.exp(H)*sIn;}
  for(let i=0;i<h.e.length;i+=2){const e=h.e[i],c=h.e[i+1];if(needEdges)cum[e]+=c;if(!meas||eFrom[e]<0)continue;
   const k=eKind[e];if(k>4&&k!==7)continue;if(JS&&(JS[eFrom[e]]||JS[eTo[e]])){jsEdges+=c;continue;}const a=mod[eFrom[e]],b=mod[eTo[e]];edgesAll+=c;seg.all+=c;if(a>=0&&b>=0){pairs+=c;seg.both+=c;if(a!==b){cross+=c;seg.x+=c;}}else if((a>=0)!==(b>=0)){border+=c;seg.border+=c;}}
  for(const[g,q]of queues){while(q.length>=BATCH){const part=q.splice(0,BATCH);flushQueue(part,g);}if(q.length&&(h.total-hotAt[q[0]]>wait||(waited.get(g)??0)>waitIns)){flushQueue(q,g);}waited.set(g,0);}
  if((s-first)%(Math.ceil((sl.length-first)/10))===Math.ceil((sl.length-first)/10)-1||s===sl.length-1){series.push({...seg});seg={ins:0,in:0,wait:0,both:0,x:0,border:0,eff:0,all:0};}
 }
 const w=(work.emit+work.v8+work.decode+work.module)/1e6;
 const L=arg.L?+arg.L:25.9,A=7,B=arg.B?+arg.B:10,G=.001,t0=arg.t0?+arg.t0:.36;const parts={out:instr-insIn,in:insIn*(t0+G*effSum/effW),cross:cross/2*A,border:border/2*B,work:w*1e9/L};const R=Object.values(parts).reduce((a,b)=>a+b,0)/instr;for(const k in parts)parts[k]/=instr;
 return{R,parts,jsIns,instr,share:insIn/instr,wait:insWait/instr,insIn,cross:cross/pairs,crossEnd:(()=>{const e=series.slice(-3);return e.reduce((a,x)=>a+x.x,0)/Math.max(1,e.reduce((a,x)=>a+x.both,0));})(),border:border/edgesAll,perEdge:insIn/pairs,perBorder:instr/border,insPerCross:insIn/cross,eff:effSum/effW,work:w,emit:work.emit/1e6,v8:work.v8/1e6,mod:(work.module+work.decode)/1e6,modules:work.modules,aliveN:alive.size,remakes:work.remakes,fns:nIn,series,crossN:cross,borderN:border};
}
const f=(x,n=3)=>x===undefined?'':Number.isFinite(x)?x.toFixed(n):String(x);
const run=(label,o)=>{const t=Date.now();const r=simulate(o);console.log(label.padEnd(46),'R',f(r.R),'['+Object.entries(r.parts).map(([k,v])=>k+' '+f(v,2)).join(' ')+']','in',f(r.share),'wait',f(r.wait,4),'cross',f(r.cross),'end',f(r.crossEnd),'border',f(r.border),'ins/edge',f(r.perEdge,1),'ins/cross',f(r.insPerCross,0),'ins/border',f(r.perBorder,0),'Meff',f(r.eff,1),'work',f(r.work,2),'=emit',f(r.emit,2),'v8',f(r.v8,2),'mod',f(r.mod,2),'fns',r.fns,'made',r.modules,'left',r.aliveN,'rm',r.remakes,arg.series?'\n   over time cross '+r.series.map(x=>f(x.x/x.both,2)).join(' ')+' in '+r.series.map(x=>f(x.in/x.ins,2)).join(' ')+' Meff '+r.series.map(x=>f(x.eff/x.in,1)).join(' '):'',arg.t?`${Date.now()-t}ms`:'');return r;};
export{simulate,run,d,first};
if(process.argv[1]?.endsWith('sim.mjs')){
 console.log(name,'slices',sl.length,'first',first,'instr after first',(sl.at(-1).total-sl[first].total)/1e6,'M');
 for(const T of (arg.T??'1000').split(',').map(Number)){
  for(const cap of [16,64,256,1024,Infinity])run(`T${T} cap ${cap} chance`,{T,cap});
  if(arg.quick)continue;
  for(const cap of [64,256,1024])run(`T${T} cap ${cap} affinity pairs`,{T,cap,order:'affinity'});
  for(const cap of [64,256,1024,Infinity])run(`T${T} cap ${cap} remade each doubling`,{T,cap,remake:2});
  for(const cap of [64,256])run(`T${T} cap ${cap} remade each 1.4`,{T,cap,remake:1.4});
  for(const cap of [256,Infinity])run(`T${T} cap ${cap} kernel/process`,{T,cap,group:'space'});
  run(`T${T} all, four of a size`,{T,factor:4});run(`T${T} all, eight of a size`,{T,factor:8});
 }}
