import {makeProgram} from './gen.mjs';
for(const roots of [64,16]){
const p=makeProgram(roots);const N=p.N;
const callees=p.fns.map(f=>{const c=[];const w=b=>{for(const i of b){if(i.k==='call')c.push(i.f);else if(i.k==='if'){w(i.body);if(i.else)w(i.else);}}};w(f.body);return c;});
const condCalls=p.fns.some(f=>f.body.some(i=>i.k==='if'&&JSON.stringify(i).includes('"call"')));
for(const weights of roots===64?['even','uneven']:['even']){
// runs a root call
const runs=new Float64Array(N);for(let r=0;r<p.roots;r++)runs[r]=weights==='even'?1/p.roots:(r<7?0.5/7+0.5/p.roots:0.5/p.roots);
for(let f=0;f<N;f++)for(const c of callees[f])runs[c]+=runs[f];
const calls=runs.reduce((a,b)=>a+b,0);
const order=[];{const seen=new Set();const visit=(id)=>{if(seen.has(id))return;seen.add(id);order.push(id);for(const c of callees[id])visit(c);};for(let i=0;i<N;i++)visit(i);}
const rnd=[...order];{let x=777;for(let i=rnd.length-1;i>0;i--){x=(Math.imul(x,1103515245)+12345)>>>0;const j=(x>>>8)%(i+1);[rnd[i],rnd[j]]=[rnd[j],rnd[i]];}}
const out=[];
for(const [n,o] of [['walk',order],['chance',rnd]])for(const per of [N,256,64,16,4]){const mod=new Int32Array(N);o.forEach((f,i)=>mod[f]=Math.floor(i/per));let x=0;for(let f=0;f<N;f++)for(const c of callees[f])if(mod[f]!==mod[c])x+=runs[f];out.push(`${n} ${per}: ${(x/calls).toFixed(3)}`);}
console.log(roots,weights,'N',N,'calls a root',calls.toFixed(2),'roots share',(1/calls).toFixed(3),condCalls,out.join('; '));
}}
