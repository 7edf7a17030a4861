import fs from 'node:fs';
export function load(name){
 const b=fs.readFileSync(`out/${name}.meta`);const m=new Int32Array(b.buffer,b.byteOffset,b.length>>2);const[nf,ne,slices]=m;let o=5;const t=n=>{const x=m.subarray(o,o+n);o+=n;return x;};
 const meta={nf,ne,lin:t(nf),cr3:t(nf),born:t(nf),parent:t(nf),up:t(nf),stat:t(nf),eFrom:t(ne),eTo:t(ne),eKind:t(ne)};
 const up=meta.up;const find=f=>{while(up[f]!==f)f=up[f]=up[up[f]];return f;};for(let f=0;f<nf;f++)up[f]=find(f);for(let f=0;f<nf;f++)if(up[f]!==f){meta.stat[up[f]]+=meta.stat[f];meta.stat[f]=0;meta.born[up[f]]=Math.min(meta.born[up[f]],meta.born[f]);}for(let e=0;e<ne;e++){meta.eFrom[e]=meta.eFrom[e]<0?-1:up[meta.eFrom[e]];meta.eTo[e]=up[meta.eTo[e]];}
 const s=fs.readFileSync(`out/${name}.slices`);const a=new Int32Array(s.buffer,s.byteOffset,s.length>>2);
 const sl=[];let p=0;while(p+6<a.length){if(a[p]!==0x51ce)throw new Error('bad '+p);const h={ms:a[p+1]*1000+a[p+2],total:a[p+3]*1e6+a[p+4]};const n=a[p+5];let q=p+6;if(q+3*n+1>a.length)break;h.f=a.subarray(q,q+3*n);for(let i=0;i<h.f.length;i+=3)h.f[i]=up[h.f[i]];q+=3*n;const e=a[q++];if(q+2*e>a.length)break;h.e=a.subarray(q,q+2*e);q+=2*e;
  // what the meta file has not yet is cut
  if(sl.length>=slices)break;sl.push(h);p=q;}
 return{...meta,sl};
}
if(process.argv[1]?.endsWith('look.mjs')){
 const d=load(process.argv[2]);const{nf,ne,sl}=d;const ins=new Float64Array(nf),heat=new Float64Array(nf),ec=new Float64Array(ne);
 for(const h of sl){for(let i=0;i<h.f.length;i+=3){ins[h.f[i]]+=h.f[i+1];heat[h.f[i]]+=h.f[i+2]/2;}for(let i=0;i<h.e.length;i+=2)ec[h.e[i]]+=h.e[i+1];}
 const tot=ins.reduce((a,b)=>a+b,0);
 console.log('slices',sl.length,'instr',tot/1e6,'M fns',nf,'edges',ne,'static',d.stat.reduce((a,b)=>a+b,0));
 const k=new Float64Array(8);for(let e=0;e<ne;e++)k[d.eKind[e]]+=ec[e];console.log('edges by kind call icall ret jump ijump int iret fall',[...k].map(x=>(x/1e6).toFixed(2)+'M').join(' '));
 console.log('instr per call',tot/(k[0]+k[1]+k[5]));
 for(const T of [300,1000,4000,16000]){let n=0,s=0,i=0;for(let f=0;f<nf;f++)if(heat[f]>=T){n++;s+=d.stat[f];i+=ins[f];}console.log('heat>=',T,'fns',n,'static',s,'dyn share',(i/tot).toFixed(3),'mean static',(s/n).toFixed(1));}
 const idx=[...Array(nf).keys()].sort((a,b)=>ins[b]-ins[a]).slice(0,25);for(const f of idx)console.log((d.lin[f]>>>0).toString(16),'ins',(ins[f]/1e6).toFixed(1),'heat',heat[f],'static',d.stat[f],'born',d.born[f],'parent',d.parent[f]);
}
