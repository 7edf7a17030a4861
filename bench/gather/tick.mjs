import {load} from './look.mjs';import fs from 'node:fs';
const d=load(process.argv[2]);const{nf,ne,sl,lin}=d;const ec=new Float64Array(ne);for(const h of sl)for(let i=0;i<h.e.length;i+=2)ec[h.e[i]]+=h.e[i+1];
const by=new Map();for(let e=0;e<ne;e++)if(d.eKind[e]===5)by.set(d.eTo[e],(by.get(d.eTo[e])??0)+ec[e]);
console.log([...by].sort((a,b)=>b[1]-a[1]).slice(0,12).map(([f,n])=>(lin[f]>>>0).toString(16)+' '+n).join('\n'));
let r=0,i=0;for(let e=0;e<ne;e++){if(d.eKind[e]===6)i+=ec[e];}console.log('iret',i,'ms',sl.at(-1).ms-sl[0].ms);
