import math
# (label, dense ns, one-module ns in the same series, interpreter ns, x, M eff, instr a call)
D=[('walk 256',9.4,9.1,25.9,.021,11),('walk 64',10.8,9.1,25.9,.060,43),('walk 16',13.6,9.1,25.9,.176,172),('walk 4',23.7,9.1,25.9,.449,689),
('chance 256',12.5,9.2,22.6,.884,11),('chance 64',13.1,9.2,22.6,.953,43),('chance 16',19.0,9.2,22.6,.970,172),
('558 256',6.7,6.1,16.0,.008,3),('558 64',7.5,6.1,16.0,.054,11),('558 16',8.1,6.1,16.0,.177,43),
('uneven 64',9.7,8.6,21.5,.055,20),('uneven 16',11.0,8.6,21.5,.163,80)]
def solve(F):
    n=len(F[0][0]);A=[[sum(w*r[i]*r[j] for r,y,w in F) for j in range(n)] for i in range(n)];b=[sum(w*r[i]*y for r,y,w in F) for i in range(n)]
    for i in range(n):
        for j in range(i+1,n):
            k=A[j][i]/A[i][i]
            for c in range(n):A[j][c]-=k*A[i][c]
            b[j]-=k*b[i]
    x=[0]*n
    for i in range(n-1,-1,-1):x[i]=(b[i]-sum(A[i][j]*x[j] for j in range(i+1,n)))/A[i][i]
    return x
for name,feat in [('x,M',lambda x,M:[x,M]),('x,ln M',lambda x,M:[x,math.log(M)]),('x,M,x ln M',lambda x,M:[x,M,x*math.log(M)]),('x, xM',lambda x,M:[x,x*M]),('x',lambda x,M:[x]),('x,sqrtM',lambda x,M:[x,math.sqrt(M)])]:
  for skip in [(),('walk 4',)]:
    F=[(feat(x,M),(t-o)/i,1) for l,t,o,i,x,M in D if l not in skip]
    c=solve(F);res=[(l,round((t-o)/i,3),round(sum(a*b for a,b in zip(c,feat(x,M))),3)) for l,t,o,i,x,M in D]
    rms=math.sqrt(sum((y-sum(a*b for a,b in zip(c,r)))**2 for r,y,w in F)/len(F))
    print(name,skip,[round(v,5) for v in c],'rms',round(rms,3));print('   ',res)
