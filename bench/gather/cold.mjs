import {load} from './look.mjs';import fs from 'node:fs';
const d=load(process.argv[2]);const T=+(process.argv[3]??1000);const{nf,ne,sl,lin,stat}=d;
const ks=fs.readFileSync('out/kallsyms','utf8').trim().split('\n').map(l=>{const[a,,n]=l.split(' ');return[parseInt(a,16),n];}).sort((a,b)=>a[0]-b[0]);
const off=process.argv[4]?parseInt(process.argv[4],16):0;
const sym=a=>{a=(a-off)>>>0;let l=0,h=ks.length-1;while(l<h){const m=(l+h+1)>>1;if(ks[m][0]<=a)l=m;else h=m-1;}return ks[l][1]+'+'+(a-ks[l][0]).toString(16);};
let first=0;for(let s=0;s<sl.length;s++){let k=0,t=0;const f=sl[s].f;for(let i=0;i<f.length;i+=3){t+=f[i+1];if(lin[f[i]]<0)k+=f[i+1];}if(k>0.5*t){first=s;break;}}
const ins=new Float64Array(nf),heat=new Float64Array(nf),ec=new Float64Array(ne);
for(const h of sl.slice(first)){for(let i=0;i<h.f.length;i+=3){ins[h.f[i]]+=h.f[i+1];heat[h.f[i]]+=h.f[i+2]/2;}for(let i=0;i<h.e.length;i+=2)ec[h.e[i]]+=h.e[i+1];}
const tot=ins.reduce((a,b)=>a+b,0);console.log('total',tot/1e6,'first',first);
const bins=[1,10,100,300,1000,4000,16000,64000,256000,1e6,Infinity];const bi=bins.map(()=>[0,0,0]);
let ker=0;for(let f=0;f<nf;f++){const b=bins.findIndex(x=>heat[f]<x);bi[b][0]+=ins[f]/tot;bi[b][1]++;bi[b][2]+=stat[f];if(lin[f]<0)ker+=ins[f]/tot;}
console.log('kernel share',ker.toFixed(3));bins.forEach((b,i)=>console.log('heat<',b,'dyn',bi[i][0].toFixed(3),'fns',bi[i][1],'static',bi[i][2]));
console.log('cold functions by instructions');[...Array(nf).keys()].filter(f=>heat[f]<T).sort((a,b)=>ins[b]-ins[a]).slice(0,25).forEach(f=>console.log((lin[f]>>>0).toString(16),sym(lin[f]>>>0),(ins[f]/tot).toFixed(4),'heat',heat[f],'stat',stat[f],'born',d.born[f]));
console.log('border edges');const kn='call icall ret jump ijump int iret fall'.split(' ');[...Array(ne).keys()].filter(e=>d.eFrom[e]>=0&&(heat[d.eFrom[e]]>=T)!==(heat[d.eTo[e]]>=T)).sort((a,b)=>ec[b]-ec[a]).slice(0,25).forEach(e=>console.log(kn[d.eKind[e]],(ec[e]/1e3).toFixed(0)+'k',sym(lin[d.eFrom[e]]>>>0),heat[d.eFrom[e]],'->',sym(lin[d.eTo[e]]>>>0),heat[d.eTo[e]]));
console.log('hottest');[...Array(nf).keys()].sort((a,b)=>ins[b]-ins[a]).slice(0,30).forEach(f=>console.log((lin[f]>>>0).toString(16),sym(lin[f]>>>0),(ins[f]/tot).toFixed(4),'heat',heat[f],'stat',stat[f]));
