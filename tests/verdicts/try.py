import importlib, sys, time
from psitheory import verify
mods = sys.argv[1].split(",")
pat = sys.argv[2] if len(sys.argv) > 2 else ""
for m in mods:
    mod = importlib.import_module(f"tests.verdicts.{m}")
    for s in getattr(mod, "FALSE", None) or mod.TRUE:
        if pat not in s.name: continue
        t=time.time(); r = verify(s.theorem, effort="quick"); law=r.claims[0].laws[0]
        print(f"{law.verdict:13} {str(law.grade):8} {time.time()-t:5.2f} {s.name}  {'' if s.within_reach else '(out of reach)'} | {law.note[:230]} {law.scope if law.verdict=='HOLDS' else ''}", flush=True)
