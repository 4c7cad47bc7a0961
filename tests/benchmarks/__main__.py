"""`python -m tests.benchmarks [NAME…]`: each benchmark by its file's name without bench_; all of them by default."""

import sys
from importlib import import_module
from pathlib import Path

there = sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))
asked = sys.argv[1:] or there
if unknown := set(asked) - set(there):
    sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}. There are: {', '.join(there)}.")
missed = False
for name in asked:
    print(f"--- {name}", flush=True)
    try:
        import_module(f"tests.benchmarks.bench_{name}").main()
    except SystemExit as ended:
        # One that lacks its tools or misses its aim hinders no other.
        print(ended.code, file=sys.stderr, flush=True)
        missed = True
sys.exit(missed)
